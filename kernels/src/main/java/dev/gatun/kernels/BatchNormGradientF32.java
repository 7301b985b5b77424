package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of batch norm over the rows of a matrix, channels last: dx = a * dy + b * (x - mean)
 * + c with three numbers a channel that follow from the sums of {@link BatchStatisticsF32}.
 *
 * <p>Two reads and one write: memory bound. dx may be dy.
 */
public final class BatchNormGradientF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /**
   * Gradients of scale and bias, and the factors a, b, c, one row of channels after the other.
   *
   * @param sums of dy and dy * (x - mean)
   */
  public static void factors(
      BatchStatisticsF32 statistics,
      long sums,
      long rows,
      int channels,
      long scale,
      long variance,
      float epsilon,
      long dscale,
      long dbias,
      long factors) {
    for (int c = 0; c < channels; c++) {
      double flow = statistics.total(sums, c, 0);
      double product = statistics.total(sums, c, 1);
      double inverse =
          1 / Math.sqrt((double) Memory.ALL.get(Memory.F32, variance + 4L * c) + epsilon);
      double a = inverse * Memory.ALL.get(Memory.F32, scale + 4L * c);
      Memory.ALL.set(Memory.F32, dbias + 4L * c, (float) flow);
      Memory.ALL.set(Memory.F32, dscale + 4L * c, (float) (product * inverse));
      Memory.ALL.set(Memory.F32, factors + 4L * c, (float) a);
      Memory.ALL.set(
          Memory.F32,
          factors + 4L * (channels + c),
          (float) (-a * inverse * inverse * product / rows));
      Memory.ALL.set(Memory.F32, factors + 4L * (2L * channels + c), (float) (-a * flow / rows));
    }
  }

  /** Rows [first, last). */
  public static void run(
      long x, long dy, long mean, long factors, long dx, long first, long last, int channels) {
    for (long row = first; row < last; row++) {
      long skip = row * 4L * channels;
      row(x + skip, dy + skip, mean, factors, dx + skip, channels);
    }
  }

  private static void row(long x, long dy, long mean, long factors, long dx, int channels) {
    long second = factors + 4L * channels;
    long third = second + 4L * channels;
    int vectors = channels / L;
    for (int k = 0; k < vectors; k++) {
      long at = k * 4L * L;
      FloatVector a = FloatVector.fromMemorySegment(S, Memory.ALL, factors + at, Lanes.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, Memory.ALL, second + at, Lanes.ORDER);
      FloatVector c = FloatVector.fromMemorySegment(S, Memory.ALL, third + at, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, x + at, Lanes.ORDER)
          .sub(FloatVector.fromMemorySegment(S, Memory.ALL, mean + at, Lanes.ORDER))
          .fma(b, FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER).fma(a, c))
          .intoMemorySegment(Memory.ALL, dx + at, Lanes.ORDER);
    }
    if (vectors * L < channels) {
      VectorMask<Float> in = S.indexInRange(vectors * L, channels);
      long at = vectors * 4L * L;
      FloatVector a = FloatVector.fromMemorySegment(S, Memory.ALL, factors + at, Lanes.ORDER, in);
      FloatVector b = FloatVector.fromMemorySegment(S, Memory.ALL, second + at, Lanes.ORDER, in);
      FloatVector c = FloatVector.fromMemorySegment(S, Memory.ALL, third + at, Lanes.ORDER, in);
      FloatVector.fromMemorySegment(S, Memory.ALL, x + at, Lanes.ORDER, in)
          .sub(FloatVector.fromMemorySegment(S, Memory.ALL, mean + at, Lanes.ORDER, in))
          .fma(b, FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER, in).fma(a, c))
          .intoMemorySegment(Memory.ALL, dx + at, Lanes.ORDER, in);
    }
  }

  private BatchNormGradientF32() {}
}
