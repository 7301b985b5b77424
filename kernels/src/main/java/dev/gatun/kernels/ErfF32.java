package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * dst = erf(src), the steps of {@link Polynomials}; 17 vector operations of which one is a
 * division.
 */
public final class ErfF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Maps {@code count} floats; {@code dst} may be {@code src}. */
  public static void run(long src, long dst, int count) {
    FloatVector p6 = FloatVector.broadcast(S, ERF_P6);
    FloatVector p5 = FloatVector.broadcast(S, ERF_P5);
    FloatVector p4 = FloatVector.broadcast(S, ERF_P4);
    FloatVector p3 = FloatVector.broadcast(S, ERF_P3);
    FloatVector p2 = FloatVector.broadcast(S, ERF_P2);
    FloatVector p1 = FloatVector.broadcast(S, ERF_P1);
    FloatVector p0 = FloatVector.broadcast(S, ERF_P0);
    FloatVector q4 = FloatVector.broadcast(S, ERF_Q4);
    FloatVector q3 = FloatVector.broadcast(S, ERF_Q3);
    FloatVector q2 = FloatVector.broadcast(S, ERF_Q2);
    FloatVector q1 = FloatVector.broadcast(S, ERF_Q1);
    FloatVector one = FloatVector.broadcast(S, 1f);

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);

      FloatVector x = v.blend(-ERF_MAX, v.compare(VectorOperators.LT, -ERF_MAX));
      x = x.blend(ERF_MAX, x.compare(VectorOperators.GT, ERF_MAX));
      FloatVector s = x.mul(x);
      FloatVector p = p6.fma(s, p5).fma(s, p4).fma(s, p3).fma(s, p2).fma(s, p1).fma(s, p0);
      FloatVector d = q4.fma(s, q3).fma(s, q2).fma(s, q1).fma(s, one);
      FloatVector e = x.mul(p).div(d);

      e.intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in);

      FloatVector x = v.blend(-ERF_MAX, v.compare(VectorOperators.LT, -ERF_MAX));
      x = x.blend(ERF_MAX, x.compare(VectorOperators.GT, ERF_MAX));
      FloatVector s = x.mul(x);
      FloatVector p = p6.fma(s, p5).fma(s, p4).fma(s, p3).fma(s, p2).fma(s, p1).fma(s, p0);
      FloatVector d = q4.fma(s, q3).fma(s, q2).fma(s, q1).fma(s, one);
      FloatVector e = x.mul(p).div(d);

      e.intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private ErfF32() {}
}
