package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax over contiguous rows: dst = exp(x - max) / sum, x = scale * src + mask.
 *
 * <p>Three passes over a row, of which the second and third find it in L1 up to about 8000 floats;
 * compute bound by the exp of the second. The mask is additive; row r uses mask row (r /
 * maskDivisor) % maskModulus, so [1, 1, Q, K] is (1, Q) and [B, 1, 1, K] under [B, H, Q, K] is (H *
 * Q, B). Weights below 2<sup>-126</sup> of the largest become 0. A row with a NaN or an infinity,
 * or of nothing but -infinity, becomes NaN, as in numpy. dst may be src.
 */
public final class SoftmaxF32 {
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
      long to = dst + row * dstRowBytes;
      float max = max(from, length, scale);
      float sum = exponentials(from, to, length, scale, max);
      scale(to, length, 1f / sum);
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
      long to = dst + row * dstRowBytes;
      long maskRow = mask + row / maskDivisor % maskModulus * maskRowBytes;
      float max = maxMasked(from, maskRow, length, scale);
      float sum = exponentialsMasked(from, maskRow, to, length, scale, max);
      scale(to, length, 1f / sum);
    }
  }

  /**
   * Largest scale * src; NaN is skipped here (two instructions less) and spoils the sum instead.
   */
  static float max(long src, int length, float scale) {
    FloatVector a0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = length / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + b * 4L * BYTES, Lanes.ORDER)
              .mul(scale);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
                  S, Memory.ALL, src + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER)
              .mul(scale);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
                  S, Memory.ALL, src + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER)
              .mul(scale);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
                  S, Memory.ALL, src + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER)
              .mul(scale);
      a0 = a0.blend(x0, x0.compare(VectorOperators.GT, a0));
      a1 = a1.blend(x1, x1.compare(VectorOperators.GT, a1));
      a2 = a2.blend(x2, x2.compare(VectorOperators.GT, a2));
      a3 = a3.blend(x3, x3.compare(VectorOperators.GT, a3));
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= length) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER).mul(scale);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done + BYTES, Lanes.ORDER)
              .mul(scale);
      a0 = a0.blend(x0, x0.compare(VectorOperators.GT, a0));
      a1 = a1.blend(x1, x1.compare(VectorOperators.GT, a1));
      done += 2 * L;
    }
    if (done + L <= length) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER).mul(scale);
      a2 = a2.blend(x, x.compare(VectorOperators.GT, a2));
      done += L;
    }
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in).mul(scale);
      a3 = a3.blend(a3.blend(x, x.compare(VectorOperators.GT, a3)), in);
    }
    return a0.max(a1).max(a2.max(a3)).reduceLanes(VectorOperators.MAX);
  }

  /** Largest scale * src + mask. */
  static float maxMasked(long src, long mask, int length, float scale) {
    FloatVector vScale = FloatVector.broadcast(S, scale);
    FloatVector a0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = length / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + b * 4L * BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + b * 4L * BYTES, Lanes.ORDER));
      FloatVector x1 =
          FloatVector.fromMemorySegment(
                  S, Memory.ALL, src + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, mask + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER));
      FloatVector x2 =
          FloatVector.fromMemorySegment(
                  S, Memory.ALL, src + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, mask + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER));
      FloatVector x3 =
          FloatVector.fromMemorySegment(
                  S, Memory.ALL, src + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, mask + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER));
      a0 = a0.blend(x0, x0.compare(VectorOperators.GT, a0));
      a1 = a1.blend(x1, x1.compare(VectorOperators.GT, a1));
      a2 = a2.blend(x2, x2.compare(VectorOperators.GT, a2));
      a3 = a3.blend(x3, x3.compare(VectorOperators.GT, a3));
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= length) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * done, Lanes.ORDER));
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done + BYTES, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, mask + 4L * done + BYTES, Lanes.ORDER));
      a0 = a0.blend(x0, x0.compare(VectorOperators.GT, a0));
      a1 = a1.blend(x1, x1.compare(VectorOperators.GT, a1));
      done += 2 * L;
    }
    if (done + L <= length) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * done, Lanes.ORDER));
      a2 = a2.blend(x, x.compare(VectorOperators.GT, a2));
      done += L;
    }
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
              .fma(
                  vScale,
                  FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * done, Lanes.ORDER, in));
      a3 = a3.blend(a3.blend(x, x.compare(VectorOperators.GT, a3)), in);
    }
    return a0.max(a1).max(a2.max(a3)).reduceLanes(VectorOperators.MAX);
  }

  /** Stores exp(scale * src - max) and returns the sum. */
  private static float exponentials(long src, long dst, int length, float scale, float max) {
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
      e0.intoMemorySegment(Memory.ALL, dst + b * 2L * BYTES, Lanes.ORDER);
      e1.intoMemorySegment(Memory.ALL, dst + b * 2L * BYTES + BYTES, Lanes.ORDER);
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
      e.intoMemorySegment(Memory.ALL, dst + 4L * i, Lanes.ORDER, in);
      sum0 = sum0.add(FloatVector.zero(S).blend(e, in));
    }
    sum0 = sum0.add(sum1);
    sum0 = sum0.add(sum0.rearrange(Lanes.HALF));
    sum0 = sum0.add(sum0.rearrange(Lanes.QUARTER));
    sum0 = L >= 8 ? sum0.add(sum0.rearrange(Lanes.EIGHTH)) : sum0;
    sum0 = L >= 16 ? sum0.add(sum0.rearrange(Lanes.SIXTEENTH)) : sum0;
    return sum0.lane(0);
  }

  /** Stores exp(scale * src + mask - max) and returns the sum. */
  private static float exponentialsMasked(
      long src, long mask, long dst, int length, float scale, float max) {
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
      e0.intoMemorySegment(Memory.ALL, dst + b * 2L * BYTES, Lanes.ORDER);
      e1.intoMemorySegment(Memory.ALL, dst + b * 2L * BYTES + BYTES, Lanes.ORDER);
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
      e.intoMemorySegment(Memory.ALL, dst + 4L * i, Lanes.ORDER, in);
      sum0 = sum0.add(FloatVector.zero(S).blend(e, in));
    }
    sum0 = sum0.add(sum1);
    sum0 = sum0.add(sum0.rearrange(Lanes.HALF));
    sum0 = sum0.add(sum0.rearrange(Lanes.QUARTER));
    sum0 = L >= 8 ? sum0.add(sum0.rearrange(Lanes.EIGHTH)) : sum0;
    sum0 = L >= 16 ? sum0.add(sum0.rearrange(Lanes.SIXTEENTH)) : sum0;
    return sum0.lane(0);
  }

  static void scale(long at, int length, float factor) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, at + k * BYTES, Lanes.ORDER)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, at + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, at + 4L * done, Lanes.ORDER, in);
    }
  }

  private SoftmaxF32() {}
}
