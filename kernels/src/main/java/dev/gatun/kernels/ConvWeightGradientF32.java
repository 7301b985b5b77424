package dev.gatun.kernels;

/**
 * The plan of the gradient of a convolution with respect to its weights, channels last: dw[o, c, t]
 * = sum over all output positions r of dy[r, o] * x[position of tap t at r, c].
 *
 * <p>A plan has phases, each of which needs all tasks of the one before. What is summed in which
 * order depends on the sizes only: results do not depend on the number of threads.
 */
public abstract sealed class ConvWeightGradientF32
    permits ConvWeightTapsF32, ConvWeightImagesF32, ConvWeightWinogradF32 {
  /** The fastest plan for the sizes of a convolution. */
  public static ConvWeightGradientF32 plan(ConvGeometry geometry) {
    if (ConvWeightWinogradF32.wins(geometry)) {
      return new ConvWeightWinogradF32(geometry);
    }
    return ConvWeightImagesF32.wins(geometry)
        ? new ConvWeightImagesF32(geometry)
        : new ConvWeightTapsF32(geometry);
  }

  /** Memory that all phases share. */
  public abstract long scratchBytes();

  /** What was chosen, for people. */
  public abstract String note();

  /** Number of phases. */
  public abstract int phases();

  /** Number of tasks of a phase. */
  public abstract int tasks(int phase);

  /**
   * Runs a task of a phase.
   *
   * @param x source of the convolution
   * @param dy gradient of its result
   * @param dw gets the gradient of the weights, [outChannels, channels of a group, taps]
   */
  public abstract void run(int phase, long x, long dy, long dw, long scratch, int task);
}
