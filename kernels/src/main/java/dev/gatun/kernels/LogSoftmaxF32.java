package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Log-softmax and log-sum-exp over contiguous rows: dst = (x - max) - log(sum exp(x - max)), x =
 * scale * src + mask.
 *
 * <p>The mask, NaN and infinities as in {@link SoftmaxF32}; three reads and one write a row. dst
 * may be src.
 */
public final class LogSoftmaxF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Rows [firstRow, lastRow) without a mask. */
  public static void run(
      long src,
      long srcRowBytes,
      long dst,
      long dstRowBytes,
      long firstRow,
      long lastRow,
      int length,
      float scale) {
    for (long row = firstRow; row < lastRow; row++) {
      long from = src + row * srcRowBytes;
      float max = SoftmaxF32.max(from, length, scale);
      float sum = sumOfExponentials(from, length, scale, max);
      shift(from, dst + row * dstRowBytes, length, scale, max, (float) Math.log(sum));
    }
  }

  /** Rows [firstRow, lastRow) with an additive mask. */
  public static void runMasked(
      long src,
      long srcRowBytes,
      long mask,
      long maskRowBytes,
      long maskDivisor,
      long maskModulus,
      long dst,
      long dstRowBytes,
      long firstRow,
      long lastRow,
      int length,
      float scale) {
    for (long row = firstRow; row < lastRow; row++) {
      long from = src + row * srcRowBytes;
      long maskRow = mask + row / maskDivisor % maskModulus * maskRowBytes;
      float max = SoftmaxF32.maxMasked(from, maskRow, length, scale);
      float sum = sumOfExponentialsMasked(from, maskRow, length, scale, max);
      shiftMasked(
          from, maskRow, dst + row * dstRowBytes, length, scale, max, (float) Math.log(sum));
    }
  }

  /** log(sum(exp(row))) of one contiguous row: the infinity itself if that is the maximum. */
  static float logSumExp(long src, int length) {
    float max = ReduceRowsF32.max(src, length);
    if (Float.isNaN(max) || Float.isInfinite(max)) {
      return max;
    }
    return max + (float) Math.log(sumOfExponentials(src, length, 1f, max));
  }

  /** Sum of exp(scale * src - max). */
  private static float sumOfExponentials(long src, int length, float scale, float max) {
    FloatVector log2e = FloatVector.broadcast(S, LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector ln2Hi = FloatVector.broadcast(S, -LN2_HI);
    FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO);
    FloatVector c6 = FloatVector.broadcast(S, EXP6);
    FloatVector c5 = FloatVector.broadcast(S, EXP5);
    FloatVector c4 = FloatVector.broadcast(S, EXP4);
    FloatVector c3 = FloatVector.broadcast(S, EXP3);
    FloatVector c2 = FloatVector.broadcast(S, EXP2);
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector vScale = FloatVector.broadcast(S, scale);
    FloatVector vMax = FloatVector.broadcast(S, -max);
    FloatVector sum0 = FloatVector.zero(S);
    FloatVector sum1 = sum0;
    int pairs = length / (2 * L);
    for (int b = 0; b < pairs; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + b * 2L * BYTES, Lanes.ORDER)
              .fma(vScale, vMax);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + b * 2L * BYTES + BYTES, Lanes.ORDER)
              .fma(vScale, vMax);

      FloatVector z0 = x0.fma(log2e, magic);
      FloatVector n0 = z0.sub(magic);
      FloatVector r0 = n0.fma(ln2Lo, n0.fma(ln2Hi, x0));
      FloatVector p0 = c6.fma(r0, c5).fma(r0, c4).fma(r0, c3).fma(r0, c2).fma(r0, one).fma(r0, one);
      FloatVector s0 =
          z0.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e0 = p0.mul(s0).blend(0f, x0.compare(VectorOperators.LT, EXP_FLUSH));

      FloatVector z1 = x1.fma(log2e, magic);
      FloatVector n1 = z1.sub(magic);
      FloatVector r1 = n1.fma(ln2Lo, n1.fma(ln2Hi, x1));
      FloatVector p1 = c6.fma(r1, c5).fma(r1, c4).fma(r1, c3).fma(r1, c2).fma(r1, one).fma(r1, one);
      FloatVector s1 =
          z1.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e1 = p1.mul(s1).blend(0f, x1.compare(VectorOperators.LT, EXP_FLUSH));
      sum0 = sum0.add(e0);
      sum1 = sum1.add(e1);
    }
    // At most two rounds are left, the last one masked.
    for (int i = pairs * 2 * L; i < length; i += L) {
      VectorMask<Float> in = S.indexInRange(i, length);
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * i, Lanes.ORDER, in)
              .fma(vScale, vMax);

      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector r = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p = c6.fma(r, c5).fma(r, c4).fma(r, c3).fma(r, c2).fma(r, one).fma(r, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = p.mul(s).blend(0f, x.compare(VectorOperators.LT, EXP_FLUSH));
      sum0 = sum0.add(FloatVector.zero(S).blend(e, in));
    }
    sum0 = sum0.add(sum1);
    sum0 = sum0.add(sum0.rearrange(Lanes.HALF));
    sum0 = sum0.add(sum0.rearrange(Lanes.QUARTER));
    sum0 = L >= 8 ? sum0.add(sum0.rearrange(Lanes.EIGHTH)) : sum0;
    sum0 = L >= 16 ? sum0.add(sum0.rearrange(Lanes.SIXTEENTH)) : sum0;
    return sum0.lane(0);
  }

  /** Sum of exp(scale * src + mask - max). */
  private static float sumOfExponentialsMasked(
      long src, long mask, int length, float scale, float max) {
    FloatVector log2e = FloatVector.broadcast(S, LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector ln2Hi = FloatVector.broadcast(S, -LN2_HI);
    FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO);
    FloatVector c6 = FloatVector.broadcast(S, EXP6);
    FloatVector c5 = FloatVector.broadcast(S, EXP5);
    FloatVector c4 = FloatVector.broadcast(S, EXP4);
    FloatVector c3 = FloatVector.broadcast(S, EXP3);
    FloatVector c2 = FloatVector.broadcast(S, EXP2);
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector vScale = FloatVector.broadcast(S, scale);
    FloatVector sum0 = FloatVector.zero(S);
    FloatVector sum1 = sum0;
    int pairs = length / (2 * L);
    for (int b = 0; b < pairs; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + b * 2L * BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + b * 2L * BYTES, Lanes.ORDER))
              .sub(max);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + b * 2L * BYTES + BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, mask + b * 2L * BYTES + BYTES, Lanes.ORDER))
              .sub(max);

      FloatVector z0 = x0.fma(log2e, magic);
      FloatVector n0 = z0.sub(magic);
      FloatVector r0 = n0.fma(ln2Lo, n0.fma(ln2Hi, x0));
      FloatVector p0 = c6.fma(r0, c5).fma(r0, c4).fma(r0, c3).fma(r0, c2).fma(r0, one).fma(r0, one);
      FloatVector s0 =
          z0.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e0 = p0.mul(s0).blend(0f, x0.compare(VectorOperators.LT, EXP_FLUSH));

      FloatVector z1 = x1.fma(log2e, magic);
      FloatVector n1 = z1.sub(magic);
      FloatVector r1 = n1.fma(ln2Lo, n1.fma(ln2Hi, x1));
      FloatVector p1 = c6.fma(r1, c5).fma(r1, c4).fma(r1, c3).fma(r1, c2).fma(r1, one).fma(r1, one);
      FloatVector s1 =
          z1.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e1 = p1.mul(s1).blend(0f, x1.compare(VectorOperators.LT, EXP_FLUSH));
      sum0 = sum0.add(e0);
      sum1 = sum1.add(e1);
    }
    // At most two rounds are left, the last one masked.
    for (int i = pairs * 2 * L; i < length; i += L) {
      VectorMask<Float> in = S.indexInRange(i, length);
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * i, Lanes.ORDER, in)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * i, Lanes.ORDER, in))
              .sub(max);

      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector r = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p = c6.fma(r, c5).fma(r, c4).fma(r, c3).fma(r, c2).fma(r, one).fma(r, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = p.mul(s).blend(0f, x.compare(VectorOperators.LT, EXP_FLUSH));
      sum0 = sum0.add(FloatVector.zero(S).blend(e, in));
    }
    sum0 = sum0.add(sum1);
    sum0 = sum0.add(sum0.rearrange(Lanes.HALF));
    sum0 = sum0.add(sum0.rearrange(Lanes.QUARTER));
    sum0 = L >= 8 ? sum0.add(sum0.rearrange(Lanes.EIGHTH)) : sum0;
    sum0 = L >= 16 ? sum0.add(sum0.rearrange(Lanes.SIXTEENTH)) : sum0;
    return sum0.lane(0);
  }

  private static void shift(long src, long dst, int length, float scale, float max, float logSum) {
    FloatVector vScale = FloatVector.broadcast(S, scale);
    FloatVector vMax = FloatVector.broadcast(S, -max);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .fma(vScale, vMax)
          .sub(logSum)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .fma(vScale, vMax)
          .sub(logSum)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private static void shiftMasked(
      long src, long mask, long dst, int length, float scale, float max, float logSum) {
    FloatVector vScale = FloatVector.broadcast(S, scale);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + k * BYTES, Lanes.ORDER));
      x.sub(max).sub(logSum).intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * done, Lanes.ORDER, in));
      x.sub(max).sub(logSum).intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private LogSoftmaxF32() {}
}
