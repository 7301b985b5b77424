package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Geometry of a sliding window, one number an axis; what convolutions and pools have in common.
 *
 * @param pads before each axis, then after each
 * @param same pads so that with stride 1 the size stays; {@code pads} then do not count
 */
record Windows(
    List<Long> kernel, List<Long> strides, List<Long> pads, List<Long> dilations, boolean same) {
  Windows {
    for (long size : kernel) {
      require(size >= 1, "kernel", kernel);
    }
    for (long stride : strides) {
      require(stride >= 1, "strides", strides);
    }
    for (long dilation : dilations) {
      require(dilation >= 1, "dilations", dilations);
    }
    require(strides.size() == kernel.size(), "strides", strides);
    require(dilations.size() == kernel.size(), "dilations", dilations);
    require(pads.size() == 2 * kernel.size(), "pads", pads);
  }

  private static void require(boolean good, String what, List<Long> values) {
    if (!good) {
      throw new GatunException(
          "window: "
              + what
              + " need a number an axis (pads two), 1 or more but for pads, got "
              + values);
    }
  }

  static Windows of(int axes, long kernel, long stride) {
    return new Windows(
        Collections.nCopies(axes, kernel),
        Collections.nCopies(axes, stride),
        Collections.nCopies(2 * axes, 0L),
        Collections.nCopies(axes, 1L),
        false);
  }

  int axes() {
    return kernel.size();
  }

  Windows kernel(long... sizes) {
    return new Windows(each(sizes), strides, pads, dilations, same);
  }

  Windows strides(long... values) {
    return new Windows(kernel, each(values), pads, dilations, same);
  }

  Windows dilations(long... values) {
    return new Windows(kernel, strides, pads, each(values), same);
  }

  /** The same before and after each axis. */
  Windows pads(long... values) {
    List<Long> all = new ArrayList<>(each(values));
    all.addAll(each(values));
    return new Windows(kernel, strides, all, dilations, false);
  }

  Windows padSame() {
    return new Windows(kernel, strides, pads, dilations, true);
  }

  /** One number for all axes or one an axis. */
  private List<Long> each(long... values) {
    if (values.length == 1) {
      return Collections.nCopies(axes(), values[0]);
    }
    List<Long> list = new ArrayList<>();
    for (long value : values) {
      list.add(value);
    }
    return list;
  }

  Attrs attrs() {
    Attrs attrs = Attrs.of("strides", strides, "dilations", dilations);
    return same ? attrs.with("autoPad", "SAME_UPPER") : attrs.with("pads", pads);
  }

  /** Checks that x is a batch of images with as many axes. */
  void require(Flow x) {
    if (x.rank() != axes() + 2) {
      throw new GatunException(
          "needs [batch, channels" + ", size".repeat(axes()) + "], got " + x.shape());
    }
  }
}
