package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pointwise parts of LSTM, GRU and RNN cells, one loop each over the hidden units of a row.
 *
 * <p>Gates and states are in heap arrays that fit L1; next to the product with the recurrent
 * weights these passes are small.
 */
final class RecurrentCellF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** gate = sigmoid(clip(gate + input)); clip may be infinite. */
  static void sigmoid(float[] gate, int at, long input, int count, float clip) {
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
      FloatVector v =
          FloatVector.fromArray(S, gate, at + k * L)
              .add(FloatVector.fromMemorySegment(S, Memory.ALL, input + k * BYTES, Lanes.ORDER));
      v = v.blend(clip, v.compare(VectorOperators.GT, clip));
      v = v.blend(-clip, v.compare(VectorOperators.LT, -clip));
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
      e.intoArray(gate, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromArray(S, gate, at + done, in)
              .add(
                  FloatVector.fromMemorySegment(S, Memory.ALL, input + 4L * done, Lanes.ORDER, in));
      v = v.blend(clip, v.compare(VectorOperators.GT, clip));
      v = v.blend(-clip, v.compare(VectorOperators.LT, -clip));
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
      e.intoArray(gate, at + done, in);
    }
  }

  /** gate = tanh(clip(gate + input)). */
  static void tanh(float[] gate, int at, long input, int count, float clip) {
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

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v =
          FloatVector.fromArray(S, gate, at + k * L)
              .add(FloatVector.fromMemorySegment(S, Memory.ALL, input + k * BYTES, Lanes.ORDER));
      v = v.blend(clip, v.compare(VectorOperators.GT, clip));
      v = v.blend(-clip, v.compare(VectorOperators.LT, -clip));
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
      FloatVector e = m.div(m.add(two));
      e.intoArray(gate, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromArray(S, gate, at + done, in)
              .add(
                  FloatVector.fromMemorySegment(S, Memory.ALL, input + 4L * done, Lanes.ORDER, in));
      v = v.blend(clip, v.compare(VectorOperators.GT, clip));
      v = v.blend(-clip, v.compare(VectorOperators.LT, -clip));
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
      FloatVector e = m.div(m.add(two));
      e.intoArray(gate, at + done, in);
    }
  }

  /** gate = max(0, clip(gate + input)); NaN stays. */
  static void relu(float[] gate, int at, long input, int count, float clip) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v =
          FloatVector.fromArray(S, gate, at + k * L)
              .add(FloatVector.fromMemorySegment(S, Memory.ALL, input + k * BYTES, Lanes.ORDER));
      v = v.blend(clip, v.compare(VectorOperators.GT, clip));
      v = v.blend(0f, v.compare(VectorOperators.LT, 0f));
      v.intoArray(gate, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromArray(S, gate, at + done, in)
              .add(
                  FloatVector.fromMemorySegment(S, Memory.ALL, input + 4L * done, Lanes.ORDER, in));
      v = v.blend(clip, v.compare(VectorOperators.GT, clip));
      v = v.blend(0f, v.compare(VectorOperators.LT, 0f));
      v.intoArray(gate, at + done, in);
    }
  }

  /** gate += factor * state (a peephole). */
  static void addProduct(float[] gate, int at, long factor, float[] state, int from, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, factor + k * BYTES, Lanes.ORDER)
          .fma(
              FloatVector.fromArray(S, state, from + k * L),
              FloatVector.fromArray(S, gate, at + k * L))
          .intoArray(gate, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromMemorySegment(S, Memory.ALL, factor + 4L * done, Lanes.ORDER, in)
          .fma(
              FloatVector.fromArray(S, state, from + done, in),
              FloatVector.fromArray(S, gate, at + done, in))
          .intoArray(gate, at + done, in);
    }
  }

  /** to = 1 - from. */
  static void complement(float[] from, int at, float[] to, int toAt, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.broadcast(S, 1f)
          .sub(FloatVector.fromArray(S, from, at + k * L))
          .intoArray(to, toAt + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.broadcast(S, 1f)
          .sub(FloatVector.fromArray(S, from, at + done, in))
          .intoArray(to, toAt + done, in);
    }
  }

  /** c = forget * c + input * candidate. */
  static void cell(
      float[] c, int at, float[] gates, int forget, int input, int candidate, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, gates, forget + k * L)
          .fma(
              FloatVector.fromArray(S, c, at + k * L),
              FloatVector.fromArray(S, gates, input + k * L)
                  .mul(FloatVector.fromArray(S, gates, candidate + k * L)))
          .intoArray(c, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, gates, forget + done, in)
          .fma(
              FloatVector.fromArray(S, c, at + done, in),
              FloatVector.fromArray(S, gates, input + done, in)
                  .mul(FloatVector.fromArray(S, gates, candidate + done, in)))
          .intoArray(c, at + done, in);
    }
  }

  /** h = output * tanh(c). */
  static void output(float[] gates, int output, float[] c, int at, float[] h, int count) {
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

    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromArray(S, c, at + k * L);
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
      FloatVector e = m.div(m.add(two));
      e.mul(FloatVector.fromArray(S, gates, output + k * L)).intoArray(h, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v = FloatVector.fromArray(S, c, at + done, in);
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
      FloatVector e = m.div(m.add(two));
      e.mul(FloatVector.fromArray(S, gates, output + done, in)).intoArray(h, at + done, in);
    }
  }

  /** to = a * b. */
  static void scaleBy(float[] a, int aAt, float[] b, int bAt, float[] to, int at, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, a, aAt + k * L)
          .mul(FloatVector.fromArray(S, b, bAt + k * L))
          .intoArray(to, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, a, aAt + done, in)
          .mul(FloatVector.fromArray(S, b, bAt + done, in))
          .intoArray(to, at + done, in);
    }
  }

  /** candidate = reset * (candidate + bias). */
  static void resetCandidate(
      float[] candidate, int at, long bias, float[] gates, int reset, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, candidate, at + k * L)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, bias + k * BYTES, Lanes.ORDER))
          .mul(FloatVector.fromArray(S, gates, reset + k * L))
          .intoArray(candidate, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, candidate, at + done, in)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, bias + 4L * done, Lanes.ORDER, in))
          .mul(FloatVector.fromArray(S, gates, reset + done, in))
          .intoArray(candidate, at + done, in);
    }
  }

  /** h = candidate + update * (h - candidate). */
  static void update(
      float[] h, int at, float[] candidate, int candidateAt, float[] gates, int update, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector n = FloatVector.fromArray(S, candidate, candidateAt + k * L);
      FloatVector.fromArray(S, gates, update + k * L)
          .fma(FloatVector.fromArray(S, h, at + k * L).sub(n), n)
          .intoArray(h, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector n = FloatVector.fromArray(S, candidate, candidateAt + done, in);
      FloatVector.fromArray(S, gates, update + done, in)
          .fma(FloatVector.fromArray(S, h, at + done, in).sub(n), n)
          .intoArray(h, at + done, in);
    }
  }

  /** array = src. */
  static void load(long src, float[] to, int at, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .intoArray(to, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .intoArray(to, at + done, in);
    }
  }

  /** dst = array. */
  static void store(float[] from, int at, long dst, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, from, at + k * L)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, from, at + done, in)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  /** dst = 0. */
  static void zero(long dst, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.zero(S).intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.zero(S).intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private RecurrentCellF32() {}
}
