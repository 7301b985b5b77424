package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pointwise parts of LSTM, GRU and RNN cells beside the activations, one loop each over the
 * hidden units of a slice.
 *
 * <p>Everything lies in memory filled up to whole vectors and stays in L1 between passes; next to
 * the product with the recurrent weights these passes are small. Counts are in floats, multiples of
 * the lane count.
 */
final class RecurrentCellF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** at = min(max(at, -limit), limit); NaN stays. */
  static void clip(long at, int count, float limit) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, at + k * BYTES, Lanes.ORDER);
      v = v.blend(limit, v.compare(VectorOperators.GT, limit));
      v = v.blend(-limit, v.compare(VectorOperators.LT, -limit));
      v.intoMemorySegment(Memory.ALL, at + k * BYTES, Lanes.ORDER);
    }
  }

  /** gate += factor * state (a peephole). */
  static void addProduct(long gate, long factor, long state, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector f = FloatVector.fromMemorySegment(S, Memory.ALL, factor + k * BYTES, Lanes.ORDER);
      FloatVector s = FloatVector.fromMemorySegment(S, Memory.ALL, state + k * BYTES, Lanes.ORDER);
      FloatVector g = FloatVector.fromMemorySegment(S, Memory.ALL, gate + k * BYTES, Lanes.ORDER);
      f.fma(s, g).intoMemorySegment(Memory.ALL, gate + k * BYTES, Lanes.ORDER);
    }
  }

  /** to = 1 - from. */
  static void complement(long from, long to, int count) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      one.sub(FloatVector.fromMemorySegment(S, Memory.ALL, from + k * BYTES, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, to + k * BYTES, Lanes.ORDER);
    }
  }

  /** to = a * b. */
  static void multiply(long a, long b, long to, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, a + k * BYTES, Lanes.ORDER)
          .mul(FloatVector.fromMemorySegment(S, Memory.ALL, b + k * BYTES, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, to + k * BYTES, Lanes.ORDER);
    }
  }

  /** c = forget * c + input * candidate; the result also replaces input. */
  static void cell(long c, long forget, long input, long candidate, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector i = FloatVector.fromMemorySegment(S, Memory.ALL, input + k * BYTES, Lanes.ORDER);
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, candidate + k * BYTES, Lanes.ORDER);
      FloatVector f = FloatVector.fromMemorySegment(S, Memory.ALL, forget + k * BYTES, Lanes.ORDER);
      FloatVector old = FloatVector.fromMemorySegment(S, Memory.ALL, c + k * BYTES, Lanes.ORDER);
      FloatVector next = f.fma(old, i.mul(g));
      next.intoMemorySegment(Memory.ALL, c + k * BYTES, Lanes.ORDER);
      next.intoMemorySegment(Memory.ALL, input + k * BYTES, Lanes.ORDER);
    }
  }

  /**
   * The usual end of an LSTM step: c = forget * c + input * candidate, h = output * tanh(c), for
   * gates i, o, f, c that lie {@code count} floats apart.
   */
  static void output(long gates, long c, long h, int count) {
    FloatVector log2e = FloatVector.broadcast(S, TWO_LOG2E);
    FloatVector magic = FloatVector.broadcast(S, MAGIC);
    FloatVector ln2Hi = FloatVector.broadcast(S, -HALF_LN2_HI);
    FloatVector ln2Lo = FloatVector.broadcast(S, -HALF_LN2_LO);
    FloatVector c6 = FloatVector.broadcast(S, TANH6);
    FloatVector c5 = FloatVector.broadcast(S, TANH5);
    FloatVector c4 = FloatVector.broadcast(S, TANH4);
    FloatVector c3 = FloatVector.broadcast(S, TANH3);
    FloatVector c2 = FloatVector.broadcast(S, TANH2);
    FloatVector two = FloatVector.broadcast(S, 2f);
    long output = gates + 4L * count;
    long forget = output + 4L * count;
    long candidate = forget + 4L * count;

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector i = FloatVector.fromMemorySegment(S, Memory.ALL, gates + k * BYTES, Lanes.ORDER);
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, candidate + k * BYTES, Lanes.ORDER);
      FloatVector f = FloatVector.fromMemorySegment(S, Memory.ALL, forget + k * BYTES, Lanes.ORDER);
      FloatVector old = FloatVector.fromMemorySegment(S, Memory.ALL, c + k * BYTES, Lanes.ORDER);
      FloatVector v = f.fma(old, i.mul(g));
      v.intoMemorySegment(Memory.ALL, c + k * BYTES, Lanes.ORDER);
      FloatVector x = v.blend(-TANH_MAX, v.compare(VectorOperators.LT, -TANH_MAX));
      x = x.blend(TANH_MAX, x.compare(VectorOperators.GT, TANH_MAX));
      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector r = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p = c6.fma(r, c5).fma(r, c4).fma(r, c3).fma(r, c2).fma(r, two);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector m = p.mul(r).fma(s, s.sub(1f));
      m.div(m.add(two))
          .mul(FloatVector.fromMemorySegment(S, Memory.ALL, output + k * BYTES, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, h + k * BYTES, Lanes.ORDER);
    }
  }

  /** candidate = reset * candidate + input. */
  static void reset(long candidate, long reset, long input, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector n =
          FloatVector.fromMemorySegment(S, Memory.ALL, candidate + k * BYTES, Lanes.ORDER);
      FloatVector r = FloatVector.fromMemorySegment(S, Memory.ALL, reset + k * BYTES, Lanes.ORDER);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, input + k * BYTES, Lanes.ORDER);
      r.fma(n, x).intoMemorySegment(Memory.ALL, candidate + k * BYTES, Lanes.ORDER);
    }
  }

  /** h = (1 - update) * candidate + update * old: an update of 0 or 1 gives one of them exactly. */
  static void update(long h, long candidate, long update, long old, int count) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector n =
          FloatVector.fromMemorySegment(S, Memory.ALL, candidate + k * BYTES, Lanes.ORDER);
      FloatVector z = FloatVector.fromMemorySegment(S, Memory.ALL, update + k * BYTES, Lanes.ORDER);
      FloatVector o = FloatVector.fromMemorySegment(S, Memory.ALL, old + k * BYTES, Lanes.ORDER);
      z.fma(o, one.sub(z).mul(n)).intoMemorySegment(Memory.ALL, h + k * BYTES, Lanes.ORDER);
    }
  }

  /** dst = 0, any count. */
  static void zero(long dst, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.zero(S).intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    VectorMask<Float> tail = S.indexInRange(vectors * L, count);
    if (tail.anyTrue()) {
      FloatVector.zero(S).intoMemorySegment(Memory.ALL, dst + vectors * BYTES, Lanes.ORDER, tail);
    }
  }

  private RecurrentCellF32() {}
}
