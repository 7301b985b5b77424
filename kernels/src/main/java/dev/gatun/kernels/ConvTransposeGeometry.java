package dev.gatun.kernels;

import java.util.List;

/**
 * Sizes of a transposed convolution over one to three spatial axes, channels last.
 *
 * <p>Every input position adds a kernel's worth of values to the output: input i and tap k meet at
 * output i * stride + k * dilation - padBefore. Weights are [inChannels, outChannels / groups,
 * depth, height, width] as frameworks keep them.
 */
public record ConvTransposeGeometry(
    int batch, int inChannels, int outChannels, int groups, Axis depth, Axis height, Axis width) {

  /**
   * One spatial axis.
   *
   * @param in size of the input
   * @param kernel number of taps
   * @param stride distance of neighbouring input positions in the output
   * @param dilation distance of taps in the output
   * @param padBefore output positions dropped in front; a negative number adds some
   * @param padAfter output positions dropped behind
   * @param outputPadding output positions added behind
   */
  public record Axis(
      int in,
      int kernel,
      int stride,
      int dilation,
      int padBefore,
      int padAfter,
      int outputPadding) {
    /** An axis of one position and one tap. */
    public static final Axis TRIVIAL = new Axis(1, 1, 1, 1, 0, 0, 0);

    /** Checks the sizes. */
    public Axis {
      if (in < 1 || kernel < 1 || stride < 1 || dilation < 1) {
        throw new IllegalArgumentException(
            ("op 'convTranspose': input, kernel, stride and dilation must be positive, got input"
                    + " %d, kernel %d, stride %d, dilation %d")
                .formatted(in, kernel, stride, dilation));
      }
      long out = size(in, kernel, stride, dilation, padBefore, padAfter, outputPadding);
      if (out < 1 || out > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            ("op 'convTranspose': the output would have %d positions: input %d, kernel %d, stride"
                    + " %d, dilation %d, pads %d and %d, output padding %d")
                .formatted(out, in, kernel, stride, dilation, padBefore, padAfter, outputPadding));
      }
    }

    /** Number of output positions. */
    public int out() {
      return (int) size(in, kernel, stride, dilation, padBefore, padAfter, outputPadding);
    }

    private ConvGeometry.Axis ordinary() {
      int reach = Math.toIntExact((kernel - 1L) * dilation);
      int before = Math.subtractExact(reach, padBefore);
      int after = Math.addExact(Math.subtractExact(reach, padAfter), outputPadding);
      return new ConvGeometry.Axis(in, kernel, 1, dilation, before, after);
    }

    private static long size(
        int in,
        int kernel,
        int stride,
        int dilation,
        int padBefore,
        int padAfter,
        int outputPadding) {
      return (in - 1L) * stride
          + (kernel - 1L) * dilation
          + 1
          + outputPadding
          - padBefore
          - padAfter;
    }
  }

  /** Checks the sizes. */
  public ConvTransposeGeometry {
    if (batch < 1 || inChannels < 1 || outChannels < 1 || groups < 1) {
      throw new IllegalArgumentException(
          ("op 'convTranspose': batch, channels and groups must be positive, got batch %d, channels"
                  + " %d -> %d, groups %d")
              .formatted(batch, inChannels, outChannels, groups));
    }
    if (inChannels % groups != 0 || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          "op 'convTranspose': channels %d -> %d cannot be divided into %d groups"
              .formatted(inChannels, outChannels, groups));
    }
  }

  /** A geometry over one, two or three axes, outermost first. */
  public static ConvTransposeGeometry of(
      int batch, int inChannels, int outChannels, int groups, List<Axis> axes) {
    if (axes.isEmpty() || axes.size() > 3) {
      throw new IllegalArgumentException(
          "op 'convTranspose': there are kernels for 1 to 3 spatial axes, got " + axes.size());
    }
    int leading = 3 - axes.size();
    return new ConvTransposeGeometry(
        batch,
        inChannels,
        outChannels,
        groups,
        leading > 0 ? Axis.TRIVIAL : axes.get(0),
        leading > 1 ? Axis.TRIVIAL : axes.get(1 - leading),
        axes.get(2 - leading));
  }

  /** Whether there are no strides. */
  boolean isOrdinary() {
    return depth.stride == 1 && height.stride == 1 && width.stride == 1;
  }

  /** The ordinary convolution with the taps backwards that gives the same result. */
  ConvGeometry ordinary() {
    return new ConvGeometry(
        batch,
        inChannels,
        outChannels,
        groups,
        depth.ordinary(),
        height.ordinary(),
        width.ordinary());
  }

  /** Number of taps of the kernel. */
  public int taps() {
    return Math.multiplyExact(Math.multiplyExact(depth.kernel, height.kernel), width.kernel);
  }

  /** Number of output positions of the whole batch. */
  public long pixels() {
    return (long) batch * depth.out() * height.out() * width.out();
  }

  /** Number of floats of the input. */
  public long srcLength() {
    return (long) batch * depth.in * height.in * width.in * inChannels;
  }

  /** Number of floats of the output. */
  public long dstLength() {
    return pixels() * outChannels;
  }

  /** Number of floats of the weights before packing. */
  public long weightLength() {
    return (long) inChannels * (outChannels / groups) * taps();
  }

  /** Multiplications and additions, those with dropped positions included. */
  public double flops() {
    return 2.0 * batch * depth.in * height.in * width.in * weightLength();
  }
}
