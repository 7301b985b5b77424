package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * dst = 1 / (1 + exp(-src)), the steps of {@link Polynomials}; 18 vector operations of which one is
 * a division.
 */
public final class SigmoidF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Maps {@code count} floats; {@code dst} may be {@code src}. */
  public static void run(long src, long dst, int count) {
    FloatVector log2e = FloatVector.broadcast(S, -LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector ln2Hi = FloatVector.broadcast(S, LN2_HI);
    FloatVector ln2Lo = FloatVector.broadcast(S, LN2_LO);
    FloatVector c6 = FloatVector.broadcast(S, EXP6);
    FloatVector c5 = FloatVector.broadcast(S, -EXP5);
    FloatVector c4 = FloatVector.broadcast(S, EXP4);
    FloatVector c3 = FloatVector.broadcast(S, -EXP3);
    FloatVector c2 = FloatVector.broadcast(S, EXP2);
    FloatVector minusOne = FloatVector.broadcast(S, -1f);
    FloatVector one = FloatVector.broadcast(S, 1f);

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);

      FloatVector x = v.blend(SIGMOID_MIN, v.compare(VectorOperators.LT, SIGMOID_MIN));
      x = x.blend(SIGMOID_MAX, x.compare(VectorOperators.GT, SIGMOID_MAX));
      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector t = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p = c6.fma(t, c5).fma(t, c4).fma(t, c3).fma(t, c2).fma(t, minusOne).fma(t, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = one.div(p.fma(s, one));

      e.intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in);

      FloatVector x = v.blend(SIGMOID_MIN, v.compare(VectorOperators.LT, SIGMOID_MIN));
      x = x.blend(SIGMOID_MAX, x.compare(VectorOperators.GT, SIGMOID_MAX));
      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector t = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p = c6.fma(t, c5).fma(t, c4).fma(t, c3).fma(t, c2).fma(t, minusOne).fma(t, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = one.div(p.fma(s, one));

      e.intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private SigmoidF32() {}
}
