package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/**
 * The plan of a convolution or a transposed one in float32, channels last, weights packed once.
 *
 * <p>dst is written exactly and must not overlap src. A plan is immutable and may be run by any
 * number of threads at once; a run allocates nothing once every thread has its scratch memory.
 */
public sealed interface PackedConvolution
    permits ConvF32, ConvTransposeF32, ConvTransposeImagesF32 {
  /**
   * The fastest plan of a transposed convolution on a team of that many threads. Without strides it
   * is an ordinary one whose taps run backwards, with all ways of computing that; that of many
   * small images goes pixel by pixel.
   *
   * @param changing whether weights change, so that packing them is part of each run
   */
  static PackedConvolution transposed(
      ConvTransposeGeometry geometry, boolean changing, int threads) {
    if (geometry.isOrdinary()) {
      return ConvF32.plan(geometry.ordinary(), true, changing, threads);
    }
    return ConvTransposeImagesF32.wins(geometry)
        ? new ConvTransposeImagesF32(geometry, threads)
        : ConvTransposeF32.plan(geometry, threads);
  }

  /** Name of the kernel, for reports. */
  String name();

  /** Number of tasks; they may run in any order and at the same time. */
  int tasks();

  /** Size of the packed weights, which start on a cache line. */
  long packedWeightBytes();

  /** Equal for plans, of any sizes, that pack weights the same way. */
  String weightFormat();

  /** Packs weights in the order in which frameworks keep them; see the geometry. */
  default void packWeights(long src, long dst) {
    for (int task = 0; task < packTasks(); task++) {
      packWeights(src, dst, task);
    }
  }

  /** Into how many tasks packing is cut; weights that change are packed before each run. */
  int packTasks();

  /** Packs a part of the weights; allocates nothing. */
  void packWeights(long src, long dst, int task);

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
  void run(
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
