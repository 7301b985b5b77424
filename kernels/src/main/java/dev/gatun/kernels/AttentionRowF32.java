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

  /** score = cap * tanh(score / cap). */
  static void cap(long scores, int count, float cap) {
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
      FloatVector v =
          FloatVector.fromMemorySegment(S, Memory.ALL, scores + k * BYTES, Lanes.ORDER)
              .mul(inverse);
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
      e.mul(cap).intoMemorySegment(Memory.ALL, scores + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector v =
          FloatVector.fromMemorySegment(S, Memory.ALL, scores + 4L * done, Lanes.ORDER, in)
              .mul(inverse);
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
      e.mul(cap).intoMemorySegment(Memory.ALL, scores + 4L * done, Lanes.ORDER, in);
    }
  }

  /** score += mask. */
  static void addMask(long scores, int count, long mask) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, scores + k * BYTES, Lanes.ORDER)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, mask + k * BYTES, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, scores + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromMemorySegment(S, Memory.ALL, scores + 4L * done, Lanes.ORDER, in)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, mask + 4L * done, Lanes.ORDER, in))
          .intoMemorySegment(Memory.ALL, scores + 4L * done, Lanes.ORDER, in);
    }
  }

  /** score += shift. */
  static void addConstant(long scores, int count, float shift) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, scores + k * BYTES, Lanes.ORDER)
          .add(shift)
          .intoMemorySegment(Memory.ALL, scores + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector.fromMemorySegment(S, Memory.ALL, scores + 4L * done, Lanes.ORDER, in)
          .add(shift)
          .intoMemorySegment(Memory.ALL, scores + 4L * done, Lanes.ORDER, in);
    }
  }

  /** scores[j] = scale * q . key[j] for one query in memory: bound by the reading of the keys. */
  static void dots(
      long q, long keys, long keyBytes, int count, int depth, float scale, long scores) {
    int four = count & ~3;
    for (int j = 0; j < four; j += 4) {
      dots4(q, keys + j * keyBytes, keyBytes, depth, scale, scores + 4L * j);
    }
    for (int j = four; j < count; j++) {
      Memory.ALL.set(Memory.F32, scores + 4L * j, scale * dot(q, keys + j * keyBytes, depth));
    }
  }

  private static void dots4(long q, long key0, long keyBytes, int depth, float scale, long scores) {
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
    s0 = s0.add(s0.rearrange(Lanes.HALF));
    s0 = s0.add(s0.rearrange(Lanes.QUARTER));
    s0 = L >= 8 ? s0.add(s0.rearrange(Lanes.EIGHTH)) : s0;
    s0 = L >= 16 ? s0.add(s0.rearrange(Lanes.SIXTEENTH)) : s0;
    Memory.ALL.set(Memory.F32, scores, scale * s0.lane(0));
    s1 = s1.add(s1.rearrange(Lanes.HALF));
    s1 = s1.add(s1.rearrange(Lanes.QUARTER));
    s1 = L >= 8 ? s1.add(s1.rearrange(Lanes.EIGHTH)) : s1;
    s1 = L >= 16 ? s1.add(s1.rearrange(Lanes.SIXTEENTH)) : s1;
    Memory.ALL.set(Memory.F32, scores + 4, scale * s1.lane(0));
    s2 = s2.add(s2.rearrange(Lanes.HALF));
    s2 = s2.add(s2.rearrange(Lanes.QUARTER));
    s2 = L >= 8 ? s2.add(s2.rearrange(Lanes.EIGHTH)) : s2;
    s2 = L >= 16 ? s2.add(s2.rearrange(Lanes.SIXTEENTH)) : s2;
    Memory.ALL.set(Memory.F32, scores + 8, scale * s2.lane(0));
    s3 = s3.add(s3.rearrange(Lanes.HALF));
    s3 = s3.add(s3.rearrange(Lanes.QUARTER));
    s3 = L >= 8 ? s3.add(s3.rearrange(Lanes.EIGHTH)) : s3;
    s3 = L >= 16 ? s3.add(s3.rearrange(Lanes.SIXTEENTH)) : s3;
    Memory.ALL.set(Memory.F32, scores + 12, scale * s3.lane(0));
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
    sum = sum.add(sum.rearrange(Lanes.HALF));
    sum = sum.add(sum.rearrange(Lanes.QUARTER));
    sum = L >= 8 ? sum.add(sum.rearrange(Lanes.EIGHTH)) : sum;
    sum = L >= 16 ? sum.add(sum.rearrange(Lanes.SIXTEENTH)) : sum;
    return sum.lane(0);
  }

  /** o = o * factor + sum over j of p[j] value[j], for one row of results. */
  static void addValues(
      float[] p, int at, int count, long values, long valueBytes, long o, int width, float factor) {
    int done = 0;
    for (; done + 4 * L <= width; done += 4 * L) {
      addWide(p, at, count, values + 4L * done, valueBytes, o + 4L * done, factor);
    }
    for (; done < width; done += L) {
      addNarrow(
          p,
          at,
          count,
          values + 4L * done,
          valueBytes,
          o + 4L * done,
          Math.min(L, width - done),
          factor);
    }
  }

  private static void addWide(
      float[] p, int at, int count, long values, long valueBytes, long o, float factor) {
    FloatVector o0 = FloatVector.fromMemorySegment(S, Memory.ALL, o, Lanes.ORDER).mul(factor);
    FloatVector o1 =
        FloatVector.fromMemorySegment(S, Memory.ALL, o + 1 * BYTES, Lanes.ORDER).mul(factor);
    FloatVector o2 =
        FloatVector.fromMemorySegment(S, Memory.ALL, o + 2 * BYTES, Lanes.ORDER).mul(factor);
    FloatVector o3 =
        FloatVector.fromMemorySegment(S, Memory.ALL, o + 3 * BYTES, Lanes.ORDER).mul(factor);
    for (int j = 0; j < count; j++) {
      long value = values + j * valueBytes;
      FloatVector x = FloatVector.broadcast(S, p[at + j]);
      o0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value, Lanes.ORDER), o0);
      o1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value + 1 * BYTES, Lanes.ORDER), o1);
      o2 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value + 2 * BYTES, Lanes.ORDER), o2);
      o3 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, value + 3 * BYTES, Lanes.ORDER), o3);
    }
    o0.intoMemorySegment(Memory.ALL, o, Lanes.ORDER);
    o1.intoMemorySegment(Memory.ALL, o + 1 * BYTES, Lanes.ORDER);
    o2.intoMemorySegment(Memory.ALL, o + 2 * BYTES, Lanes.ORDER);
    o3.intoMemorySegment(Memory.ALL, o + 3 * BYTES, Lanes.ORDER);
  }

  private static void addNarrow(
      float[] p, int at, int count, long values, long valueBytes, long o, int lanes, float factor) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector o0 = FloatVector.fromMemorySegment(S, Memory.ALL, o, Lanes.ORDER).mul(factor);
    for (int j = 0; j < count; j++) {
      o0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, values + j * valueBytes, Lanes.ORDER, in)
              .fma(FloatVector.broadcast(S, p[at + j]), o0);
    }
    o0.intoMemorySegment(Memory.ALL, o, Lanes.ORDER);
  }

  private AttentionRowF32() {}
}
