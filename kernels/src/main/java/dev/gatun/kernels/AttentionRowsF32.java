package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The way of rows into attention and out of it, memory bound.
 *
 * <p>One loop over evenly spaced rows: row by row, with the address of each computed anew, loading
 * took 108 ns a row of 64 floats instead of 41.
 */
final class AttentionRowsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** q = src * scale for rows, {@link GemmTilesF32#ROW} floats apart in q. */
  static void load(
      long src, long srcRowBytes, int rows, int count, float scale, float[] q, int at) {
    int four = count / (4 * L);
    for (int k = 0; k < four; k++) {
      load4(src + k * (4 * BYTES), srcRowBytes, rows, scale, q, at + k * (4 * L));
    }
    for (int k = four * (4 * L); k < count; k += L) {
      load1(src + 4L * k, srcRowBytes, rows, Math.min(L, count - k), scale, q, at + k);
    }
  }

  private static void load4(long src, long srcRowBytes, int rows, float scale, float[] q, int at) {
    for (int r = 0; r < rows; r++) {
      long from = src + r * srcRowBytes;
      int to = at + r * GemmTilesF32.ROW;
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(S, Memory.ALL, from + BYTES, Lanes.ORDER);
      FloatVector x2 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 3 * BYTES, Lanes.ORDER);
      x0.mul(scale).intoArray(q, to);
      x1.mul(scale).intoArray(q, to + L);
      x2.mul(scale).intoArray(q, to + 2 * L);
      x3.mul(scale).intoArray(q, to + 3 * L);
    }
  }

  private static void load1(
      long src, long srcRowBytes, int rows, int lanes, float scale, float[] q, int at) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    for (int r = 0; r < rows; r++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + r * srcRowBytes, Lanes.ORDER, in)
          .mul(scale)
          .intoArray(q, at + r * GemmTilesF32.ROW, in);
    }
  }

  /** dst = src * factor for rows, each with its own factor. */
  static void write(
      long src,
      long srcRowBytes,
      long dst,
      long dstRowBytes,
      int rows,
      int count,
      float[] factor,
      int at) {
    int four = count / (4 * L);
    for (int k = 0; k < four; k++) {
      write4(
          src + k * (4 * BYTES), srcRowBytes, dst + k * (4 * BYTES), dstRowBytes, rows, factor, at);
    }
    for (int k = four * (4 * L); k < count; k += L) {
      int lanes = Math.min(L, count - k);
      write1(src + 4L * k, srcRowBytes, dst + 4L * k, dstRowBytes, rows, lanes, factor, at);
    }
  }

  private static void write4(
      long src, long srcRowBytes, long dst, long dstRowBytes, int rows, float[] factor, int at) {
    for (int r = 0; r < rows; r++) {
      long from = src + r * srcRowBytes;
      long to = dst + r * dstRowBytes;
      float f = factor[at + r];
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(S, Memory.ALL, from + BYTES, Lanes.ORDER);
      FloatVector x2 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 3 * BYTES, Lanes.ORDER);
      x0.mul(f).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      x1.mul(f).intoMemorySegment(Memory.ALL, to + BYTES, Lanes.ORDER);
      x2.mul(f).intoMemorySegment(Memory.ALL, to + 2 * BYTES, Lanes.ORDER);
      x3.mul(f).intoMemorySegment(Memory.ALL, to + 3 * BYTES, Lanes.ORDER);
    }
  }

  private static void write1(
      long src,
      long srcRowBytes,
      long dst,
      long dstRowBytes,
      int rows,
      int lanes,
      float[] factor,
      int at) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    for (int r = 0; r < rows; r++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + r * srcRowBytes, Lanes.ORDER, in)
          .mul(factor[at + r])
          .intoMemorySegment(Memory.ALL, dst + r * dstRowBytes, Lanes.ORDER, in);
    }
  }

  /** Zeros in whole vectors. */
  static void clear(long dst, int count) {
    FloatVector zero = FloatVector.zero(S);
    for (int k = 0; k < count / L; k++) {
      zero.intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
  }

  private AttentionRowsF32() {}
}
