package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What attention does to one row: the cap, mask, running maximum and exponentials of a row of
 * scores, its products where there are too few rows for a tile, and the way in and out.
 *
 * <p>Rows of scores and of results are in heap arrays, since the tile reads them as scalars.
 */
final class AttentionRowF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** p = cap * tanh(p / cap). */
  static void cap(float[] scores, int at, int count, float cap) {
    float inverse = 1f / cap;
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
      FloatVector v = FloatVector.fromArray(S, scores, at + k * L).mul(inverse);
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
      e.mul(cap).intoArray(scores, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v = FloatVector.fromArray(S, scores, at + done, in).mul(inverse);
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
      e.mul(cap).intoArray(scores, at + done, in);
    }
  }

  /** p += mask. */
  static void addMask(float[] p, int at, int count, long mask) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, p, at + k * L)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, mask + k * BYTES, Lanes.ORDER))
          .intoArray(p, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, p, at + done, in)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * done, Lanes.ORDER, in))
          .intoArray(p, at + done, in);
    }
  }

  /** p += shift. */
  static void addConstant(float[] p, int at, int count, float shift) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, p, at + k * L).add(shift).intoArray(p, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, p, at + done, in).add(shift).intoArray(p, at + done, in);
    }
  }

  /** Largest score; NaN wins. */
  static float max(float[] p, int at, int count) {
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      max = max.max(FloatVector.fromArray(S, p, at + k * L));
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      max = max.blend(max.max(FloatVector.fromArray(S, p, at + done, in)), in);
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /** p = exp(p - max); returns the sum. */
  static float exponentials(float[] scores, int at, int count, float max) {
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
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector x = FloatVector.fromArray(S, scores, at + k * L).sub(max);
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
      e.intoArray(scores, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromArray(S, scores, at + done, in).sub(max);
      FloatVector z = x.fma(log2e, magic);
      FloatVector n = z.sub(magic);
      FloatVector r = n.fma(ln2Lo, n.fma(ln2Hi, x));
      FloatVector p = c6.fma(r, c5).fma(r, c4).fma(r, c3).fma(r, c2).fma(r, one).fma(r, one);
      FloatVector s =
          z.reinterpretAsInts()
              .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
              .reinterpretAsFloats();
      FloatVector e = p.mul(s).blend(0f, x.compare(VectorOperators.LT, EXP_FLUSH));
      sum = sum.add(FloatVector.zero(S).blend(e, in));
      e.intoArray(scores, at + done, in);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /** q = src * scale. */
  static void load(long src, float[] q, int at, int count, float scale) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .mul(scale)
          .intoArray(q, at + k * L);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .mul(scale)
          .intoArray(q, at + done, in);
    }
  }

  /** dst = o * factor. */
  static void write(float[] o, int at, long dst, int count, float factor) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromArray(S, o, at + k * L)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromArray(S, o, at + done, in)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  /** p[j] = scale * q . key[j] for one query in memory: bound by the reading of the keys. */
  static void dots(
      long q, long keys, long keyBytes, int count, int depth, float scale, float[] p, int at) {
    int four = count & ~3;
    for (int j = 0; j < four; j += 4) {
      dots4(q, keys + j * keyBytes, keyBytes, depth, scale, p, at + j);
    }
    for (int j = four; j < count; j++) {
      p[at + j] = scale * dot(q, keys + j * keyBytes, depth);
    }
  }

  private static void dots4(
      long q, long key0, long keyBytes, int depth, float scale, float[] p, int at) {
    long key1 = key0 + keyBytes;
    long key2 = key1 + keyBytes;
    long key3 = key2 + keyBytes;
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int vectors = depth / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, q + k * BYTES, Lanes.ORDER);
      s0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, key0 + k * BYTES, Lanes.ORDER), s0);
      s1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, key1 + k * BYTES, Lanes.ORDER), s1);
      s2 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, key2 + k * BYTES, Lanes.ORDER), s2);
      s3 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, key3 + k * BYTES, Lanes.ORDER), s3);
    }
    int done = vectors * L;
    if (done < depth) {
      VectorMask<Float> in = S.indexInRange(done, depth);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, q + 4L * done, Lanes.ORDER, in);
      s0 =
          x.fma(
              FloatVector.fromMemorySegment(S, Memory.ALL, key0 + 4L * done, Lanes.ORDER, in), s0);
      s1 =
          x.fma(
              FloatVector.fromMemorySegment(S, Memory.ALL, key1 + 4L * done, Lanes.ORDER, in), s1);
      s2 =
          x.fma(
              FloatVector.fromMemorySegment(S, Memory.ALL, key2 + 4L * done, Lanes.ORDER, in), s2);
      s3 =
          x.fma(
              FloatVector.fromMemorySegment(S, Memory.ALL, key3 + 4L * done, Lanes.ORDER, in), s3);
    }
    p[at] = scale * s0.reduceLanes(VectorOperators.ADD);
    p[at + 1] = scale * s1.reduceLanes(VectorOperators.ADD);
    p[at + 2] = scale * s2.reduceLanes(VectorOperators.ADD);
    p[at + 3] = scale * s3.reduceLanes(VectorOperators.ADD);
  }

  static float dot(long a, long b, int depth) {
    FloatVector sum = FloatVector.zero(S);
    int vectors = depth / L;
    for (int k = 0; k < vectors; k++) {
      sum =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + k * BYTES, Lanes.ORDER)
              .fma(FloatVector.fromMemorySegment(S, Memory.ALL, b + k * BYTES, Lanes.ORDER), sum);
    }
    int done = vectors * L;
    if (done < depth) {
      VectorMask<Float> in = S.indexInRange(done, depth);
      sum =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 4L * done, Lanes.ORDER, in)
              .fma(
                  FloatVector.fromMemorySegment(S, Memory.ALL, b + 4L * done, Lanes.ORDER, in),
                  sum);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /** o = o * factor + sum over j of p[j] value[j], for one row of results. */
  static void addValues(
      float[] p,
      int at,
      int count,
      long values,
      long valueBytes,
      float[] o,
      int to,
      int width,
      float factor) {
    int done = 0;
    for (; done + 4 * L <= width; done += 4 * L) {
      addWide(p, at, count, values + 4L * done, valueBytes, o, to + done, factor);
    }
    for (; done < width; done += L) {
      addNarrow(
          p,
          at,
          count,
          values + 4L * done,
          valueBytes,
          o,
          to + done,
          Math.min(L, width - done),
          factor);
    }
  }

  private static void addWide(
      float[] p, int at, int count, long values, long valueBytes, float[] o, int to, float factor) {
    FloatVector o0 = FloatVector.fromArray(S, o, to).mul(factor);
    FloatVector o1 = FloatVector.fromArray(S, o, to + 1 * L).mul(factor);
    FloatVector o2 = FloatVector.fromArray(S, o, to + 2 * L).mul(factor);
    FloatVector o3 = FloatVector.fromArray(S, o, to + 3 * L).mul(factor);
    for (int j = 0; j < count; j++) {
      long value = values + j * valueBytes;
      FloatVector x = FloatVector.broadcast(S, p[at + j]);
      o0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value, Lanes.ORDER), o0);
      o1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value + 1 * BYTES, Lanes.ORDER), o1);
      o2 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value + 2 * BYTES, Lanes.ORDER), o2);
      o3 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value + 3 * BYTES, Lanes.ORDER), o3);
    }
    o0.intoArray(o, to);
    o1.intoArray(o, to + 1 * L);
    o2.intoArray(o, to + 2 * L);
    o3.intoArray(o, to + 3 * L);
  }

  private static void addNarrow(
      float[] p,
      int at,
      int count,
      long values,
      long valueBytes,
      float[] o,
      int to,
      int lanes,
      float factor) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector o0 = FloatVector.fromArray(S, o, to).mul(factor);
    for (int j = 0; j < count; j++) {
      o0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, values + j * valueBytes, Lanes.ORDER, in)
              .fma(FloatVector.broadcast(S, p[at + j]), o0);
    }
    o0.intoArray(o, to);
  }

  /** Copies rows of 2 L floats into a panel. */
  static void pack(long src, long srcBytes, long dst, int rows) {
    for (int r = 0; r < rows; r++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + r * srcBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + r * srcBytes + BYTES, Lanes.ORDER);
      x0.intoMemorySegment(Memory.ALL, dst + r * (2 * BYTES), Lanes.ORDER);
      x1.intoMemorySegment(Memory.ALL, dst + r * (2 * BYTES) + BYTES, Lanes.ORDER);
    }
  }

  /** Copies rows of fewer than 2 L floats into a panel; the rest of the panel becomes zero. */
  static void packRagged(long src, long srcBytes, long dst, int rows, int columns) {
    VectorMask<Float> in0 = S.indexInRange(0, columns);
    VectorMask<Float> in1 = S.indexInRange(L, Math.max(columns, L));
    for (int r = 0; r < rows; r++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + r * srcBytes, Lanes.ORDER, in0);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + r * srcBytes + BYTES, Lanes.ORDER, in1);
      x0.intoMemorySegment(Memory.ALL, dst + r * (2 * BYTES), Lanes.ORDER);
      x1.intoMemorySegment(Memory.ALL, dst + r * (2 * BYTES) + BYTES, Lanes.ORDER);
    }
  }

  private AttentionRowF32() {}
}
