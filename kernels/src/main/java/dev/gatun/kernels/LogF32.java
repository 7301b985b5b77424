package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** dst = log(src), the steps of {@link Polynomials}: -infinity at 0, NaN below. */
public final class LogF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Maps {@code count} floats; {@code dst} may be {@code src}. */
  public static void run(long src, long dst, int count) {
    FloatVector c10 = FloatVector.broadcast(S, LOG10);
    FloatVector c9 = FloatVector.broadcast(S, LOG9);
    FloatVector c8 = FloatVector.broadcast(S, LOG8);
    FloatVector c7 = FloatVector.broadcast(S, LOG7);
    FloatVector c6 = FloatVector.broadcast(S, LOG6);
    FloatVector c5 = FloatVector.broadcast(S, LOG5);
    FloatVector c4 = FloatVector.broadcast(S, LOG4);
    FloatVector c3 = FloatVector.broadcast(S, LOG3);
    FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
    FloatVector ln2Hi = FloatVector.broadcast(S, LN2_HI);

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);

      VectorMask<Float> tiny = v.compare(VectorOperators.LT, MIN_NORMAL);
      IntVector bits = v.blend(v.mul(DENORMAL_SCALE), tiny).reinterpretAsInts();
      IntVector e = bits.sub(LOG_PIVOT_BITS).lanewise(VectorOperators.ASHR, EXPONENT_SHIFT);
      FloatVector f =
          bits.sub(e.lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)).reinterpretAsFloats().sub(1f);
      FloatVector n = (FloatVector) e.convert(VectorOperators.I2F, 0);
      n = n.add(FloatVector.zero(S).blend(-23f, tiny));
      FloatVector p =
          c10.fma(f, c9)
              .fma(f, c8)
              .fma(f, c7)
              .fma(f, c6)
              .fma(f, c5)
              .fma(f, c4)
              .fma(f, c3)
              .fma(f, minusHalf);
      FloatVector y = n.fma(ln2Hi, f.mul(f).fma(p, n.mul(LN2_LO)).add(f));
      y = y.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f));
      y = y.blend(Float.NaN, v.compare(VectorOperators.GE, 0f).not());
      y = y.blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));

      y.intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in);

      VectorMask<Float> tiny = v.compare(VectorOperators.LT, MIN_NORMAL);
      IntVector bits = v.blend(v.mul(DENORMAL_SCALE), tiny).reinterpretAsInts();
      IntVector e = bits.sub(LOG_PIVOT_BITS).lanewise(VectorOperators.ASHR, EXPONENT_SHIFT);
      FloatVector f =
          bits.sub(e.lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)).reinterpretAsFloats().sub(1f);
      FloatVector n = (FloatVector) e.convert(VectorOperators.I2F, 0);
      n = n.add(FloatVector.zero(S).blend(-23f, tiny));
      FloatVector p =
          c10.fma(f, c9)
              .fma(f, c8)
              .fma(f, c7)
              .fma(f, c6)
              .fma(f, c5)
              .fma(f, c4)
              .fma(f, c3)
              .fma(f, minusHalf);
      FloatVector y = n.fma(ln2Hi, f.mul(f).fma(p, n.mul(LN2_LO)).add(f));
      y = y.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f));
      y = y.blend(Float.NaN, v.compare(VectorOperators.GE, 0f).not());
      y = y.blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));

      y.intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private LogF32() {}
}
