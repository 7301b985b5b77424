package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The softmax of attention on rows of scores that fill whole vectors, the rest being -infinity:
 * from memory, where the first product leaves them, into an array, where the second wants them.
 */
final class AttentionSoftmaxF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final VectorSpecies<Integer> I = Lanes.I32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /**
   * Weights exp(score - max) of four rows, {@link GemmTilesF32#ROW} floats apart; max, sum and the
   * factor of what was summed before follow, for the rows from at on.
   */
  static void run4(
      long scores,
      long rowBytes,
      int vectors,
      float[] weights,
      int to,
      float[] max,
      float[] sum,
      float[] factor,
      int at) {
    float before0 = max[at];
    float before1 = max[at + 1];
    float before2 = max[at + 2];
    float before3 = max[at + 3];
    max4(scores, rowBytes, vectors, max, at);
    factor[at] = factor(before0, max[at]);
    factor[at + 1] = factor(before1, max[at + 1]);
    factor[at + 2] = factor(before2, max[at + 2]);
    factor[at + 3] = factor(before3, max[at + 3]);
    exponentials2(scores, rowBytes, vectors, weights, to, max, sum, factor, at);
    long next = scores + 2 * rowBytes;
    exponentials2(
        next, rowBytes, vectors, weights, to + 2 * GemmTilesF32.ROW, max, sum, factor, at + 2);
  }

  private static float factor(float before, float now) {
    return before == now ? 1f : ScalarMath.expNonPositive(before - now);
  }

  /** What to subtract: scores that are all -infinity give zeros, and NaN stays NaN. */
  private static float from(float max) {
    return max == Float.NEGATIVE_INFINITY ? 0f : max;
  }

  /** Largest scores of four rows, no less than what max holds already; NaN does not count. */
  private static void max4(long row0, long rowBytes, int vectors, float[] max, int at) {
    long row1 = row0 + rowBytes;
    long row2 = row1 + rowBytes;
    long row3 = row2 + rowBytes;
    FloatVector m0 = FloatVector.broadcast(S, max[at]);
    FloatVector m1 = FloatVector.broadcast(S, max[at + 1]);
    FloatVector m2 = FloatVector.broadcast(S, max[at + 2]);
    FloatVector m3 = FloatVector.broadcast(S, max[at + 3]);
    for (int k = 0; k < vectors; k++) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, row0 + k * BYTES, Lanes.ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(S, Memory.ALL, row1 + k * BYTES, Lanes.ORDER);
      FloatVector x2 = FloatVector.fromMemorySegment(S, Memory.ALL, row2 + k * BYTES, Lanes.ORDER);
      FloatVector x3 = FloatVector.fromMemorySegment(S, Memory.ALL, row3 + k * BYTES, Lanes.ORDER);
      m0 = m0.blend(x0, x0.compare(VectorOperators.GT, m0));
      m1 = m1.blend(x1, x1.compare(VectorOperators.GT, m1));
      m2 = m2.blend(x2, x2.compare(VectorOperators.GT, m2));
      m3 = m3.blend(x3, x3.compare(VectorOperators.GT, m3));
    }
    // Integers in the order of floats: their maximum is one instruction a step, that of floats
    // four.
    IntVector i0 = m0.reinterpretAsInts();
    IntVector i1 = m1.reinterpretAsInts();
    IntVector i2 = m2.reinterpretAsInts();
    IntVector i3 = m3.reinterpretAsInts();
    IntVector low = IntVector.broadcast(I, Integer.MAX_VALUE);
    i0 = i0.lanewise(VectorOperators.ASHR, 31).and(low).lanewise(VectorOperators.XOR, i0);
    i1 = i1.lanewise(VectorOperators.ASHR, 31).and(low).lanewise(VectorOperators.XOR, i1);
    i2 = i2.lanewise(VectorOperators.ASHR, 31).and(low).lanewise(VectorOperators.XOR, i2);
    i3 = i3.lanewise(VectorOperators.ASHR, 31).and(low).lanewise(VectorOperators.XOR, i3);
    max[at] = unordered(i0.reduceLanes(VectorOperators.MAX));
    max[at + 1] = unordered(i1.reduceLanes(VectorOperators.MAX));
    max[at + 2] = unordered(i2.reduceLanes(VectorOperators.MAX));
    max[at + 3] = unordered(i3.reduceLanes(VectorOperators.MAX));
  }

  private static float unordered(int bits) {
    return Float.intBitsToFloat(bits >> 31 & Integer.MAX_VALUE ^ bits);
  }

  /** p = exp(score - max) for two rows; adds up sum = sum * factor + the sum of p. */
  private static void exponentials2(
      long row0,
      long rowBytes,
      int vectors,
      float[] p,
      int to0,
      float[] max,
      float[] sum,
      float[] factor,
      int at) {
    long row1 = row0 + rowBytes;
    int to1 = to0 + GemmTilesF32.ROW;
    FloatVector log2e = FloatVector.broadcast(S, LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector c5 = FloatVector.broadcast(S, POWER5);
    FloatVector c4 = FloatVector.broadcast(S, POWER4);
    FloatVector c3 = FloatVector.broadcast(S, POWER3);
    FloatVector c2 = FloatVector.broadcast(S, POWER2);
    FloatVector c1 = FloatVector.broadcast(S, POWER1);
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector m0 = FloatVector.broadcast(S, from(max[at]));
    FloatVector m1 = FloatVector.broadcast(S, from(max[at + 1]));
    FloatVector sum0 = FloatVector.zero(S);
    FloatVector sum1 = FloatVector.zero(S);
    for (int k = 0; k < vectors; k++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, row0 + k * BYTES, Lanes.ORDER).sub(m0);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, row1 + k * BYTES, Lanes.ORDER).sub(m1);
      FloatVector z0 = x0.fma(log2e, magic);
      FloatVector z1 = x1.fma(log2e, magic);
      FloatVector r0 = x0.fma(log2e, magic.sub(z0));
      FloatVector r1 = x1.fma(log2e, magic.sub(z1));
      FloatVector p0 = c5.fma(r0, c4).fma(r0, c3).fma(r0, c2).fma(r0, c1).fma(r0, one);
      FloatVector p1 = c5.fma(r1, c4).fma(r1, c3).fma(r1, c2).fma(r1, c1).fma(r1, one);
      FloatVector s0 =
          z0.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector s1 =
          z1.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e0 = p0.mul(s0).blend(0f, x0.compare(VectorOperators.LT, EXP_FLUSH));
      FloatVector e1 = p1.mul(s1).blend(0f, x1.compare(VectorOperators.LT, EXP_FLUSH));
      sum0 = sum0.add(e0);
      sum1 = sum1.add(e1);
      e0.intoArray(p, to0 + k * L);
      e1.intoArray(p, to1 + k * L);
    }
    sum0 = sum0.add(sum0.rearrange(Lanes.HALF));
    sum0 = sum0.add(sum0.rearrange(Lanes.QUARTER));
    sum0 = L >= 8 ? sum0.add(sum0.rearrange(Lanes.EIGHTH)) : sum0;
    sum0 = L >= 16 ? sum0.add(sum0.rearrange(Lanes.SIXTEENTH)) : sum0;
    sum[at] = sum[at] * factor[at] + sum0.lane(0);
    sum1 = sum1.add(sum1.rearrange(Lanes.HALF));
    sum1 = sum1.add(sum1.rearrange(Lanes.QUARTER));
    sum1 = L >= 8 ? sum1.add(sum1.rearrange(Lanes.EIGHTH)) : sum1;
    sum1 = L >= 16 ? sum1.add(sum1.rearrange(Lanes.SIXTEENTH)) : sum1;
    sum[at + 1] = sum[at + 1] * factor[at + 1] + sum1.lane(0);
  }

  /** dst[r] *= factor[r] for rows of width floats. */
  static void scaleRows(long dst, int rows, int width, float[] factor, int at) {
    for (int r = 0; r < rows; r++) {
      if (factor[at + r] != 1f) {
        scale(dst + r * 4L * width, width, factor[at + r]);
      }
    }
  }

  /** dst *= factor for width floats, whole vectors. */
  static void scale(long dst, int width, float factor) {
    int vectors = width / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, dst + k * BYTES, Lanes.ORDER)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
  }

  /** score = -infinity from a column up to whole vectors. */
  static void hide(long row, int from, int vectors) {
    FloatVector hidden = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    int k = from / L;
    if (from % L != 0) {
      hidden.intoMemorySegment(
          Memory.ALL, row + k * BYTES, Lanes.ORDER, S.indexInRange(0, from % L).not());
      k++;
    }
    for (; k < vectors; k++) {
      hidden.intoMemorySegment(Memory.ALL, row + k * BYTES, Lanes.ORDER);
    }
  }

  private AttentionSoftmaxF32() {}
}
