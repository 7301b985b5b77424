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
 * @param fill whether {@code pads} count
 */
record Windows(
    List<Long> kernel, List<Long> strides, List<Long> pads, List<Long> dilations, Fill fill) {
  /** Where zeros are put. */
  enum Fill {
    /** As the pads say. */
    PADS,
    /** So that with stride 1 the size stays; an odd one goes behind. */
    SAME,
    /** So that with stride 1 the size stays, all of them before. */
    BEFORE
  }

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
        Fill.PADS);
  }

  int axes() {
    return kernel.size();
  }

  Windows kernel(long... sizes) {
    return new Windows(each(sizes), strides, pads, dilations, fill);
  }

  Windows strides(long... values) {
    return new Windows(kernel, each(values), pads, dilations, fill);
  }

  Windows dilations(long... values) {
    return new Windows(kernel, strides, pads, each(values), fill);
  }

  /** The same before and after each axis. */
  Windows pads(long... values) {
    List<Long> all = new ArrayList<>(each(values));
    all.addAll(each(values));
    return new Windows(kernel, strides, all, dilations, Fill.PADS);
  }

  Windows fill(Fill other) {
    return new Windows(kernel, strides, pads, dilations, other);
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
    return switch (fill) {
      case PADS -> attrs.with("pads", pads);
      case SAME -> attrs.with("autoPad", "SAME_UPPER");
      case BEFORE -> attrs.with("pads", before());
    };
  }

  /** As many zeros as a window reaches beyond its last element, and none behind. */
  private List<Long> before() {
    List<Long> all = new ArrayList<>(Collections.nCopies(2 * axes(), 0L));
    for (int i = 0; i < axes(); i++) {
      all.set(i, (kernel.get(i) - 1) * dilations.get(i));
    }
    return all;
  }

  /** Checks that x is a batch of images with as many axes. */
  void require(Flow x) {
    if (x.rank() != axes() + 2) {
      throw new GatunException(
          "needs [batch, channels" + ", size".repeat(axes()) + "], got " + x.shape());
    }
  }
}
