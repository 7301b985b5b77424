package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/**
 * The plan of a convolution in float32, channels last: dst[n, p, o] = clamp(bias[o] + sum over taps
 * t and channels c of src[n, p * stride + t * dilation - pad, c] * weights[o, c, t]).
 *
 * <p>Pointwise convolutions are matrix products, depthwise ones have kernels of their own, all
 * others gather their input into the left block of a matrix product. dst is written exactly and
 * must not overlap src. A plan is immutable and may be run by any number of threads at once; a run
 * allocates nothing once every thread has its scratch memory.
 */
public abstract sealed class ConvF32 permits ConvTapsF32, ConvPointwiseF32, ConvDepthwiseF32 {
  private final ConvGeometry geometry;

  ConvF32(ConvGeometry geometry) {
    this.geometry = geometry;
  }

  /** The fastest plan for a geometry on a team of that many threads. */
  public static ConvF32 plan(ConvGeometry geometry, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "op 'conv': number of threads must be positive, got " + threads);
    }
    if (ConvPointwiseF32.accepts(geometry)) {
      return new ConvPointwiseF32(geometry, threads);
    }
    if (ConvDepthwiseF32.accepts(geometry)) {
      return new ConvDepthwiseF32(geometry, threads);
    }
    return new ConvTapsF32(geometry, threads);
  }

  /** Sizes of the convolution. */
  public final ConvGeometry geometry() {
    return geometry;
  }

  /** Name of the kernel, for reports. */
  public abstract String name();

  /** Number of tasks; they may run in any order and at the same time. */
  public abstract int tasks();

  /** Size of the packed weights, which start on a cache line. */
  public abstract long packedWeightBytes();

  /** Packs weights [outChannels, inChannels / groups, depth, height, width]. */
  public abstract void packWeights(long src, long dst);

  /**
   * Runs one task.
   *
   * @param src input [batch, depth, height, width, inChannels]
   * @param packedWeights what {@link #packWeights} made
   * @param bias a value for each output channel, or 0 for none
   * @param lo lower bound of the result, negative infinity for none
   * @param hi upper bound of the result, positive infinity for none
   * @param dst result [batch, depth, height, width, outChannels]
   * @param epilogue what to do with finished blocks of the result [pixels, outChannels]
   * @param buffers addresses for the epilogue
   * @param task from 0 to {@code tasks() - 1}
   */
  public abstract void run(
      long src,
      long packedWeights,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task);
}
