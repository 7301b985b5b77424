package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * dst = exp(src), the steps of {@link Polynomials} for the whole range; 18 vector operations,
 * compute bound in caches.
 */
public final class ExpF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Maps {@code count} floats; {@code dst} may be {@code src}. */
  public static void run(long src, long dst, int count) {
    FloatVector log2e = FloatVector.broadcast(S, HALF_LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector ln2Hi = FloatVector.broadcast(S, -TWO_LN2_HI);
    FloatVector ln2Lo = FloatVector.broadcast(S, -TWO_LN2_LO);
    FloatVector c7 = FloatVector.broadcast(S, WIDE7);
    FloatVector c6 = FloatVector.broadcast(S, WIDE6);
    FloatVector c5 = FloatVector.broadcast(S, WIDE5);
    FloatVector c4 = FloatVector.broadcast(S, WIDE4);
    FloatVector c3 = FloatVector.broadcast(S, WIDE3);
    FloatVector c2 = FloatVector.broadcast(S, WIDE2);
    FloatVector one = FloatVector.broadcast(S, 1f);

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);

      FloatVector x = v.blend(EXP_MIN, v.compare(VectorOperators.LT, EXP_MIN));
      x = x.blend(EXP_MAX, x.compare(VectorOperators.GT, EXP_MAX));
      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector r = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p =
          c7.fma(r, c6).fma(r, c5).fma(r, c4).fma(r, c3).fma(r, c2).fma(r, one).fma(r, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = p.mul(s).mul(s);

      e.intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in);

      FloatVector x = v.blend(EXP_MIN, v.compare(VectorOperators.LT, EXP_MIN));
      x = x.blend(EXP_MAX, x.compare(VectorOperators.GT, EXP_MAX));
      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector r = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p =
          c7.fma(r, c6).fma(r, c5).fma(r, c4).fma(r, c3).fma(r, c2).fma(r, one).fma(r, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = p.mul(s).mul(s);

      e.intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private ExpF32() {}
}
