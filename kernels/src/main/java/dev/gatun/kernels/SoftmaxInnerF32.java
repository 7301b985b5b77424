package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax, log-softmax and log-sum-exp over the middle axis of [outer, axis, inner], inner
 * contiguous: vectors lie along inner, so nothing is reduced across lanes.
 *
 * <p>A column of L floats is walked three times with stride axisBytes; memory bound for an axis
 * that is longer than the caches. Every access is masked: a column may be narrower than a vector.
 * NaN and infinities as in {@link SoftmaxF32}. dst may be src for softmax and log-softmax.
 */
public final class SoftmaxInnerF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** Number of columns a caller may split between threads: vectors along inner, times outer. */
  public static long columns(long outer, int inner) {
    return outer * ((inner + L - 1) / L);
  }

  /** Columns [first, last) of {@link #columns}; log selects log-softmax. */
  public static void run(
      long src,
      long dst,
      long outerBytes,
      long axisBytes,
      long first,
      long last,
      int axis,
      int inner,
      float scale,
      boolean log) {
    int perRow = (inner + L - 1) / L;
    for (long column = first; column < last; column++) {
      int done = (int) (column % perRow) * L;
      long offset = column / perRow * outerBytes + 4L * done;
      int lanes = Math.min(L, inner - done);
      if (log) {
        logColumn(src + offset, dst + offset, axisBytes, axis, lanes, scale);
      } else {
        column(src + offset, dst + offset, axisBytes, axis, lanes, scale);
      }
    }
  }

  /** Log-sum-exp: dst is [outer, inner], contiguous. */
  public static void runLogSumExp(
      long src,
      long dst,
      long outerBytes,
      long axisBytes,
      long first,
      long last,
      int axis,
      int inner) {
    int perRow = (inner + L - 1) / L;
    for (long column = first; column < last; column++) {
      int done = (int) (column % perRow) * L;
      long outer = column / perRow;
      int lanes = Math.min(L, inner - done);
      sumColumn(
          src + outer * outerBytes + 4L * done,
          dst + 4L * (outer * inner + done),
          axisBytes,
          axis,
          lanes);
    }
  }

  private static void column(long src, long dst, long axisBytes, int axis, int lanes, float scale) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
              .mul(scale);
      max = max.blend(x, x.compare(VectorOperators.GT, max));
    }
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
    FloatVector sum = FloatVector.zero(S);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
              .mul(scale)
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

      sum = sum.add(e);
      e.intoMemorySegment(Memory.ALL, dst + a * axisBytes, Lanes.ORDER, in);
    }
    FloatVector inverse = FloatVector.broadcast(S, 1f).div(sum);
    for (int a = 0; a < axis; a++) {
      FloatVector e =
          FloatVector.fromMemorySegment(S, Memory.ALL, dst + a * axisBytes, Lanes.ORDER, in);
      e.mul(inverse).intoMemorySegment(Memory.ALL, dst + a * axisBytes, Lanes.ORDER, in);
    }
  }

  private static void logColumn(
      long src, long dst, long axisBytes, int axis, int lanes, float scale) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
              .mul(scale);
      max = max.blend(x, x.compare(VectorOperators.GT, max));
    }
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
    FloatVector sum = FloatVector.zero(S);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
              .mul(scale)
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

      sum = sum.add(e);
    }
    FloatVector l10 = FloatVector.broadcast(S, LOG10);
    FloatVector l9 = FloatVector.broadcast(S, LOG9);
    FloatVector l8 = FloatVector.broadcast(S, LOG8);
    FloatVector l7 = FloatVector.broadcast(S, LOG7);
    FloatVector l6 = FloatVector.broadcast(S, LOG6);
    FloatVector l5 = FloatVector.broadcast(S, LOG5);
    FloatVector l4 = FloatVector.broadcast(S, LOG4);
    FloatVector l3 = FloatVector.broadcast(S, LOG3);
    FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
    FloatVector logLn2Hi = FloatVector.broadcast(S, LN2_HI);

    VectorMask<Float> tiny = sum.compare(VectorOperators.LT, MIN_NORMAL);
    IntVector bits = sum.blend(sum.mul(DENORMAL_SCALE), tiny).reinterpretAsInts();
    IntVector e = bits.sub(LOG_PIVOT_BITS).lanewise(VectorOperators.ASHR, EXPONENT_SHIFT);
    FloatVector f =
        bits.sub(e.lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)).reinterpretAsFloats().sub(1f);
    FloatVector n = (FloatVector) e.convert(VectorOperators.I2F, 0);
    n = n.add(FloatVector.zero(S).blend(-23f, tiny));
    FloatVector p =
        l10.fma(f, l9)
            .fma(f, l8)
            .fma(f, l7)
            .fma(f, l6)
            .fma(f, l5)
            .fma(f, l4)
            .fma(f, l3)
            .fma(f, minusHalf);
    FloatVector y = n.fma(logLn2Hi, f.mul(f).fma(p, n.mul(LN2_LO)).add(f));
    y = y.blend(Float.NEGATIVE_INFINITY, sum.compare(VectorOperators.EQ, 0f));
    y = y.blend(Float.NaN, sum.compare(VectorOperators.GE, 0f).not());
    y = y.blend(Float.POSITIVE_INFINITY, sum.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
              .mul(scale);
      x.sub(max).sub(y).intoMemorySegment(Memory.ALL, dst + a * axisBytes, Lanes.ORDER, in);
    }
  }

  private static void sumColumn(long src, long dst, long axisBytes, int axis, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      max = max.max(x);
    }
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
    FloatVector sum = FloatVector.zero(S);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
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

      sum = sum.add(e);
    }
    FloatVector l10 = FloatVector.broadcast(S, LOG10);
    FloatVector l9 = FloatVector.broadcast(S, LOG9);
    FloatVector l8 = FloatVector.broadcast(S, LOG8);
    FloatVector l7 = FloatVector.broadcast(S, LOG7);
    FloatVector l6 = FloatVector.broadcast(S, LOG6);
    FloatVector l5 = FloatVector.broadcast(S, LOG5);
    FloatVector l4 = FloatVector.broadcast(S, LOG4);
    FloatVector l3 = FloatVector.broadcast(S, LOG3);
    FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
    FloatVector logLn2Hi = FloatVector.broadcast(S, LN2_HI);

    VectorMask<Float> tiny = sum.compare(VectorOperators.LT, MIN_NORMAL);
    IntVector bits = sum.blend(sum.mul(DENORMAL_SCALE), tiny).reinterpretAsInts();
    IntVector e = bits.sub(LOG_PIVOT_BITS).lanewise(VectorOperators.ASHR, EXPONENT_SHIFT);
    FloatVector f =
        bits.sub(e.lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)).reinterpretAsFloats().sub(1f);
    FloatVector n = (FloatVector) e.convert(VectorOperators.I2F, 0);
    n = n.add(FloatVector.zero(S).blend(-23f, tiny));
    FloatVector p =
        l10.fma(f, l9)
            .fma(f, l8)
            .fma(f, l7)
            .fma(f, l6)
            .fma(f, l5)
            .fma(f, l4)
            .fma(f, l3)
            .fma(f, minusHalf);
    FloatVector y = n.fma(logLn2Hi, f.mul(f).fma(p, n.mul(LN2_LO)).add(f));
    y = y.blend(Float.NEGATIVE_INFINITY, sum.compare(VectorOperators.EQ, 0f));
    y = y.blend(Float.NaN, sum.compare(VectorOperators.GE, 0f).not());
    y = y.blend(Float.POSITIVE_INFINITY, sum.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    // A maximum that is NaN or infinite is the result itself.
    VectorMask<Float> finite = max.sub(max).compare(VectorOperators.EQ, 0f);
    max.blend(max.add(y), finite).intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  private SoftmaxInnerF32() {}
}
