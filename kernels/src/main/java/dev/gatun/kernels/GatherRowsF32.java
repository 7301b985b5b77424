package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies short rows from memory into the left block of a matrix product.
 *
 * <p>The loops run down the rows, four vectors wide, because rows are often too short to make up
 * for the entry into a loop. Addresses and counters are cut to a range known to lie in {@link
 * Memory#ALL}, so that C2 drops the bounds checks of every load.
 */
final class GatherRowsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;
  private static final int ROW = GemmTilesF32.ROW;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final long DISTANCE = (1L << 32) - 1;
  private static final long COUNT = (1L << 24) - 1;

  /** Copies rows of that many columns to rows {@link GemmTilesF32#ROW} floats apart. */
  static void run(long src, long srcRowBytes, int rows, int columns, float[] dst, int at) {
    int column = 0;
    for (; column + 4 * L <= columns; column += 4 * L) {
      four(src + 4L * column, srcRowBytes, rows, dst, at + column);
    }
    for (; column + L <= columns; column += L) {
      one(src + 4L * column, srcRowBytes, rows, dst, at + column);
    }
    if (column < columns) {
      if (columns >= L) { // one that overlaps
        one(src + 4L * (columns - L), srcRowBytes, rows, dst, at + columns - L);
      } else {
        part(src, srcRowBytes, rows, columns, dst, at);
      }
    }
  }

  private static void four(long src, long srcRowBytes, int rows, float[] dst, int at) {
    long from = src & ADDRESS;
    long step = srcRowBytes & DISTANCE;
    for (int row = 0; row < rows; row++) {
      long a = from + (row & COUNT) * step;
      int to = at + row * ROW;
      FloatVector v0 = FloatVector.fromMemorySegment(S, Memory.ALL, a, Lanes.ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(S, Memory.ALL, a + BYTES, Lanes.ORDER);
      FloatVector v2 = FloatVector.fromMemorySegment(S, Memory.ALL, a + 2 * BYTES, Lanes.ORDER);
      FloatVector v3 = FloatVector.fromMemorySegment(S, Memory.ALL, a + 3 * BYTES, Lanes.ORDER);
      v0.intoArray(dst, to);
      v1.intoArray(dst, to + L);
      v2.intoArray(dst, to + 2 * L);
      v3.intoArray(dst, to + 3 * L);
    }
  }

  private static void one(long src, long srcRowBytes, int rows, float[] dst, int at) {
    long from = src & ADDRESS;
    long step = srcRowBytes & DISTANCE;
    for (int row = 0; row < rows; row++) {
      long a = from + (row & COUNT) * step;
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, a, Lanes.ORDER);
      v.intoArray(dst, at + row * ROW);
    }
  }

  private static void part(long src, long srcRowBytes, int rows, int columns, float[] dst, int at) {
    VectorMask<Float> mask = S.indexInRange(0, columns);
    long from = src & ADDRESS;
    long step = srcRowBytes & DISTANCE;
    for (int row = 0; row < rows; row++) {
      long a = from + (row & COUNT) * step;
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, a, Lanes.ORDER, mask);
      v.intoArray(dst, at + row * ROW, mask);
    }
  }

  private GatherRowsF32() {}
}
