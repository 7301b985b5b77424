package dev.gatun.kernels;

/**
 * The plan of a convolution in float32, channels last: dst[n, p, o] = clamp(bias[o] + sum over taps
 * t and channels c of src[n, p * stride + t * dilation - pad, c] * weights[o, c, t]).
 *
 * <p>Pointwise convolutions are matrix products, depthwise ones have kernels of their own, large
 * ones of 3 x 3 taps go by Winograd's algorithm, many small images pixel by pixel, all others
 * gather their input into the left block of a matrix product.
 */
public abstract sealed class ConvF32 implements PackedConvolution
    permits ConvTapsF32, ConvImagesF32, ConvPointwiseF32, ConvDepthwiseF32, ConvWinogradF32 {
  private final ConvGeometry geometry;

  ConvF32(ConvGeometry geometry) {
    this.geometry = geometry;
  }

  /** The fastest plan for a geometry on a team of that many threads. */
  public static ConvF32 plan(ConvGeometry geometry, int threads) {
    return plan(geometry, false, false, threads);
  }

  /** The fastest plan when weights change, so that packing them is part of each run. */
  public static ConvF32 ofChanging(ConvGeometry geometry, int threads) {
    return plan(geometry, false, true, threads);
  }

  /**
   * The fastest plan that adds up products as they are: sums of integers stay exact as long as they
   * fit a float's 24 bits, which Winograd's algorithm does not promise.
   */
  public static ConvF32 direct(ConvGeometry geometry, int threads) {
    return plan(geometry, false, false, true, threads);
  }

  /**
   * The fastest plan.
   *
   * @param flipped whether weights are those of a transposed convolution, [inChannels, outChannels
   *     / groups, taps], to be used with the taps backwards
   * @param changing whether they are packed in each run
   */
  static ConvF32 plan(ConvGeometry geometry, boolean flipped, boolean changing, int threads) {
    return plan(geometry, flipped, changing, false, threads);
  }

  private static ConvF32 plan(
      ConvGeometry geometry, boolean flipped, boolean changing, boolean direct, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "op 'conv': number of threads must be positive, got " + threads);
    }
    if (ConvPointwiseF32.accepts(geometry)) {
      return new ConvPointwiseF32(geometry, flipped, threads);
    }
    if (ConvDepthwiseF32.accepts(geometry)) {
      return new ConvDepthwiseF32(geometry, flipped, threads);
    }
    if (!direct && ConvWinogradF32.wins(geometry, changing)) {
      return new ConvWinogradF32(geometry, flipped, threads);
    }
    if (ConvImagesF32.wins(geometry)) {
      return new ConvImagesF32(geometry, flipped, threads);
    }
    return new ConvTapsF32(geometry, flipped, threads);
  }

  /** Whether {@link #plan} takes Winograd's algorithm. */
  public static boolean isWinograd(ConvGeometry geometry) {
    return ConvWinogradF32.wins(geometry, false);
  }

  /** Sizes of the convolution. */
  public final ConvGeometry geometry() {
    return geometry;
  }
}
