package dev.gatun.kernels;

import java.util.List;

/**
 * Sizes of a convolution over one to three spatial axes, channels last.
 *
 * <p>{@code src} is [batch, depth, height, width, inChannels], {@code dst} the same with output
 * sizes and {@code outChannels}, weights are [outChannels, inChannels / groups, depth, height,
 * width] as frameworks keep them. A convolution over fewer axes has trivial leading ones.
 */
public record ConvGeometry(
    int batch, int inChannels, int outChannels, int groups, Axis depth, Axis height, Axis width) {

  /**
   * One spatial axis.
   *
   * @param in size of the input
   * @param kernel number of taps
   * @param stride distance of output positions in the input
   * @param dilation distance of taps in the input
   * @param padBefore zeros in front of the input; a negative number drops positions
   * @param padAfter zeros behind it, or dropped positions
   */
  public record Axis(int in, int kernel, int stride, int dilation, int padBefore, int padAfter) {
    /** An axis of one position and one tap. */
    public static final Axis TRIVIAL = new Axis(1, 1, 1, 1, 0, 0);

    /** Checks the sizes. */
    public Axis {
      if (in < 1 || kernel < 1 || stride < 1 || dilation < 1) {
        throw new IllegalArgumentException(
            "op 'conv': input, kernel, stride and dilation must be positive, got "
                + describe(in, kernel, stride, dilation, padBefore, padAfter));
      }
      if (extent(kernel, dilation) > (long) in + padBefore + padAfter) {
        throw new IllegalArgumentException(
            "op 'conv': the kernel spans "
                + extent(kernel, dilation)
                + " positions but the padded input has "
                + ((long) in + padBefore + padAfter)
                + ": "
                + describe(in, kernel, stride, dilation, padBefore, padAfter));
      }
    }

    /** An axis without padding. */
    public static Axis of(int in, int kernel, int stride) {
      return new Axis(in, kernel, stride, 1, 0, 0);
    }

    /** Number of output positions. */
    public int out() {
      long room = (long) in + padBefore + padAfter - extent(kernel, dilation);
      return Math.toIntExact(room / stride + 1);
    }

    /** The input position that a tap reads for an output position; in the padding if not inside. */
    int read(int position, int tap) {
      return position * stride + tap * dilation - padBefore;
    }

    /** Whether a tap reads an element of the input, not padding, for an output position. */
    boolean isInside(int position, int tap) {
      int at = read(position, tap);
      return at >= 0 && at < in;
    }

    private static long extent(int kernel, int dilation) {
      return (kernel - 1L) * dilation + 1;
    }

    private static String describe(
        int in, int kernel, int stride, int dilation, int padBefore, int padAfter) {
      return "input "
          + in
          + ", kernel "
          + kernel
          + ", stride "
          + stride
          + ", dilation "
          + dilation
          + ", pads "
          + padBefore
          + " and "
          + padAfter;
    }
  }

  /** Checks the sizes. */
  public ConvGeometry {
    if (batch < 1 || inChannels < 1 || outChannels < 1 || groups < 1) {
      throw new IllegalArgumentException(
          "op 'conv': batch, channels and groups must be positive, got batch "
              + batch
              + ", channels "
              + inChannels
              + " -> "
              + outChannels
              + ", groups "
              + groups);
    }
    if (inChannels % groups != 0 || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          "op 'conv': channels "
              + inChannels
              + " -> "
              + outChannels
              + " cannot be divided into "
              + groups
              + " groups");
    }
  }

  /** A geometry over one, two or three axes, outermost first. */
  public static ConvGeometry of(
      int batch, int inChannels, int outChannels, int groups, List<Axis> axes) {
    if (axes.isEmpty() || axes.size() > 3) {
      throw new IllegalArgumentException(
          "op 'conv': there are kernels for 1 to 3 spatial axes, got " + axes.size());
    }
    int leading = 3 - axes.size();
    return new ConvGeometry(
        batch,
        inChannels,
        outChannels,
        groups,
        leading > 0 ? Axis.TRIVIAL : axes.get(0),
        leading > 1 ? Axis.TRIVIAL : axes.get(1 - leading),
        axes.get(2 - leading));
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
    return (long) outChannels * (inChannels / groups) * taps();
  }

  /** Multiplications and additions. */
  public double flops() {
    return 2.0 * pixels() * weightLength();
  }
}
