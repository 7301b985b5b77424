package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * A few left rows times a right matrix whose transpose lies in memory: dot products of rows.
 *
 * <p>Bound by reading the right rows, once each: packing them first would read them, shuffle them
 * and read them again for a handful of fma. Four right rows at a time give four independent sums
 * and share the loads of the left row.
 */
final class GemmDotsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;

  /** From this many left rows on, packing a panel is cheaper. */
  static final int MOST_ROWS = 4;

  /**
   * sums[i, j] = sum over k of a[i, k] * b[j, k].
   *
   * @param a holds the left rows, {@link GemmTilesF32#ROW} floats apart
   * @param columns number of right rows, at most {@link PackedWeightsF32#COLUMNS}
   * @param sums receives rows of {@link PackedWeightsF32#COLUMNS}
   */
  static void run(
      float[] a, int rows, int terms, long b, long bRowBytes, int columns, float[] sums) {
    int four = columns & ~3;
    for (int j = 0; j < four; j += 4) {
      for (int i = 0; i < rows; i++) {
        four(a, i * GemmTilesF32.ROW, terms, b + j * bRowBytes, bRowBytes, sums, i * COLUMNS + j);
      }
    }
    for (int j = four; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        one(a, i * GemmTilesF32.ROW, terms, b + j * bRowBytes, sums, i * COLUMNS + j);
      }
    }
  }

  private static void four(
      float[] a, int at, int terms, long b, long bRowBytes, float[] sums, int to) {
    long b1 = b + bRowBytes;
    long b2 = b + 2 * bRowBytes;
    long b3 = b + 3 * bRowBytes;
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int whole = terms / L;
    for (int v = 0; v < whole; v++) {
      FloatVector x = FloatVector.fromArray(S, a, at + v * L);
      long p = v * 4L * L;
      s0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b + p, Lanes.ORDER), s0);
      s1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b1 + p, Lanes.ORDER), s1);
      s2 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b2 + p, Lanes.ORDER), s2);
      s3 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b3 + p, Lanes.ORDER), s3);
    }
    if (whole * L < terms) {
      VectorMask<Float> in = S.indexInRange(whole * L, terms);
      FloatVector x = FloatVector.fromArray(S, a, at + whole * L, in);
      long p = whole * 4L * L;
      s0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b + p, Lanes.ORDER, in), s0);
      s1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b1 + p, Lanes.ORDER, in), s1);
      s2 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b2 + p, Lanes.ORDER, in), s2);
      s3 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b3 + p, Lanes.ORDER, in), s3);
    }
    s0 = s0.add(s0.rearrange(Lanes.HALF));
    s0 = s0.add(s0.rearrange(Lanes.QUARTER));
    s0 = L >= 8 ? s0.add(s0.rearrange(Lanes.EIGHTH)) : s0;
    s0 = L >= 16 ? s0.add(s0.rearrange(Lanes.SIXTEENTH)) : s0;
    sums[to] = s0.lane(0);
    s1 = s1.add(s1.rearrange(Lanes.HALF));
    s1 = s1.add(s1.rearrange(Lanes.QUARTER));
    s1 = L >= 8 ? s1.add(s1.rearrange(Lanes.EIGHTH)) : s1;
    s1 = L >= 16 ? s1.add(s1.rearrange(Lanes.SIXTEENTH)) : s1;
    sums[to + 1] = s1.lane(0);
    s2 = s2.add(s2.rearrange(Lanes.HALF));
    s2 = s2.add(s2.rearrange(Lanes.QUARTER));
    s2 = L >= 8 ? s2.add(s2.rearrange(Lanes.EIGHTH)) : s2;
    s2 = L >= 16 ? s2.add(s2.rearrange(Lanes.SIXTEENTH)) : s2;
    sums[to + 2] = s2.lane(0);
    s3 = s3.add(s3.rearrange(Lanes.HALF));
    s3 = s3.add(s3.rearrange(Lanes.QUARTER));
    s3 = L >= 8 ? s3.add(s3.rearrange(Lanes.EIGHTH)) : s3;
    s3 = L >= 16 ? s3.add(s3.rearrange(Lanes.SIXTEENTH)) : s3;
    sums[to + 3] = s3.lane(0);
  }

  private static void one(float[] a, int at, int terms, long b, float[] sums, int to) {
    FloatVector s = FloatVector.zero(S);
    int whole = terms / L;
    for (int v = 0; v < whole; v++) {
      FloatVector x = FloatVector.fromArray(S, a, at + v * L);
      s = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, b + v * 4L * L, Lanes.ORDER), s);
    }
    if (whole * L < terms) {
      VectorMask<Float> in = S.indexInRange(whole * L, terms);
      FloatVector x = FloatVector.fromArray(S, a, at + whole * L, in);
      long p = b + whole * 4L * L;
      s = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER, in), s);
    }
    s = s.add(s.rearrange(Lanes.HALF));
    s = s.add(s.rearrange(Lanes.QUARTER));
    s = L >= 8 ? s.add(s.rearrange(Lanes.EIGHTH)) : s;
    s = L >= 16 ? s.add(s.rearrange(Lanes.SIXTEENTH)) : s;
    sums[to] = s.lane(0);
  }

  /** c = clamp(from + sums) for that many columns; NaN stays NaN. */
  static void finish(
      float[] sums,
      int rows,
      int columns,
      long from,
      long fromRowBytes,
      float lo,
      float hi,
      long c,
      long cRowBytes) {
    FloatVector low = FloatVector.broadcast(S, lo);
    FloatVector high = FloatVector.broadcast(S, hi);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j += L) {
        VectorMask<Float> in = S.indexInRange(j, columns);
        long start = from + i * fromRowBytes + 4L * j;
        FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, start, Lanes.ORDER, in);
        x = x.add(FloatVector.fromArray(S, sums, i * COLUMNS + j));
        x = x.blend(low, x.lt(low));
        x = x.blend(high, high.lt(x));
        x.intoMemorySegment(Memory.ALL, c + i * cRowBytes + 4L * j, Lanes.ORDER, in);
      }
    }
  }

  private GemmDotsF32() {}
}
