package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Resize;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Resamples the spatial axes of [N, C, S...].
 *
 * @param factor how many times as many elements along each axis
 * @param alignCorners whether the outermost elements stay where they are
 */
public record Upsample(double factor, Mode mode, boolean alignCorners) implements Layer {
  /** How elements between others are made. */
  public enum Mode {
    NEAREST,
    LINEAR,
    CUBIC
  }

  public Upsample {
    if (!(factor > 0)) {
      throw new GatunException("upsample: the factor must be positive, got " + factor);
    }
  }

  /** Linear interpolation (bilinear for images). */
  public Upsample linear() {
    return new Upsample(factor, Mode.LINEAR, alignCorners);
  }

  /** Cubic interpolation (bicubic for images). */
  public Upsample cubic() {
    return new Upsample(factor, Mode.CUBIC, alignCorners);
  }

  /** The outermost elements stay where they are. */
  public Upsample alignCorners(boolean value) {
    return new Upsample(factor, mode, value);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() < 3) {
      throw new GatunException("needs [batch, channels, positions...], got " + x.shape());
    }
    long[] axes = new long[x.rank() - 2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i + 2L;
    }
    float[] scales = new float[axes.length];
    Arrays.fill(scales, (float) factor);
    Attrs attrs =
        Attrs.of(
            "mode",
            switch (mode) {
              case NEAREST -> "nearest";
              case LINEAR -> "linear";
              case CUBIC -> "cubic";
            },
            "coordinateMode",
            mode == Mode.NEAREST ? "asymmetric" : alignCorners ? "align_corners" : "half_pixel",
            "nearestMode",
            "floor",
            "axes",
            axes);
    Value scale = x.graph().constant(Tensor.of(scales, scales.length));
    return x.with(x.graph().add(Resize.OP, attrs, List.of(x.value(), scale), 1, "").get(0));
  }
}
