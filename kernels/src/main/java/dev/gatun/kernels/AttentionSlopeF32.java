package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.EXPONENT_SHIFT;
import static dev.gatun.kernels.Polynomials.EXP_FLUSH;
import static dev.gatun.kernels.Polynomials.LOG2E;
import static dev.gatun.kernels.Polynomials.MAGIC;
import static dev.gatun.kernels.Polynomials.POWER1;
import static dev.gatun.kernels.Polynomials.POWER2;
import static dev.gatun.kernels.Polynomials.POWER3;
import static dev.gatun.kernels.Polynomials.POWER4;
import static dev.gatun.kernels.Polynomials.POWER5;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What attention's gradient does with a row of products: scores become weights p = softmax(score),
 * the slopes dp with respect to them become those with respect to the products, p (dp - sum of p
 * dp) scale. Rows are whole vectors in scratch memory, in L1 or L2: compute bound.
 */
final class AttentionSlopeF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Scores to weights and slopes to slopes; a row that sees nothing gives zeros in both. */
  static void run(long scores, long slopes, int vectors, float scale) {
    FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int k = 0; k < vectors; k++) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, scores + k * BYTES, Lanes.ORDER);
      best = best.blend(x, x.compare(VectorOperators.GT, best));
    }
    float max = best.reduceLanes(VectorOperators.MAX);
    weights(scores, slopes, vectors, max == Float.NEGATIVE_INFINITY ? 0 : max, scale);
  }

  private static void weights(long scores, long slopes, int vectors, float max, float scale) {
    FloatVector log2e = FloatVector.broadcast(S, LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector c5 = FloatVector.broadcast(S, POWER5);
    FloatVector c4 = FloatVector.broadcast(S, POWER4);
    FloatVector c3 = FloatVector.broadcast(S, POWER3);
    FloatVector c2 = FloatVector.broadcast(S, POWER2);
    FloatVector c1 = FloatVector.broadcast(S, POWER1);
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector m = FloatVector.broadcast(S, max);
    FloatVector sums = FloatVector.zero(S);
    FloatVector dots = FloatVector.zero(S);
    for (int k = 0; k < vectors; k++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, scores + k * BYTES, Lanes.ORDER).sub(m);
      FloatVector z = x.fma(log2e, magic);
      FloatVector r = x.fma(log2e, magic.sub(z));
      FloatVector p = c5.fma(r, c4).fma(r, c3).fma(r, c2).fma(r, c1).fma(r, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = p.mul(s).blend(0f, x.compare(VectorOperators.LT, EXP_FLUSH));
      FloatVector d = FloatVector.fromMemorySegment(S, Memory.ALL, slopes + k * BYTES, Lanes.ORDER);
      sums = sums.add(e);
      dots = e.fma(d, dots);
      e.intoMemorySegment(Memory.ALL, scores + k * BYTES, Lanes.ORDER);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    float inverse = sum == 0 ? 0 : 1 / sum;
    FloatVector factor = FloatVector.broadcast(S, inverse);
    FloatVector mean = FloatVector.broadcast(S, dots.reduceLanes(VectorOperators.ADD) * inverse);
    for (int k = 0; k < vectors; k++) {
      FloatVector e = FloatVector.fromMemorySegment(S, Memory.ALL, scores + k * BYTES, Lanes.ORDER);
      FloatVector d = FloatVector.fromMemorySegment(S, Memory.ALL, slopes + k * BYTES, Lanes.ORDER);
      FloatVector p = e.mul(factor);
      p.intoMemorySegment(Memory.ALL, scores + k * BYTES, Lanes.ORDER);
      d.sub(mean).mul(p).mul(scale).intoMemorySegment(Memory.ALL, slopes + k * BYTES, Lanes.ORDER);
    }
  }

  private AttentionSlopeF32() {}
}
