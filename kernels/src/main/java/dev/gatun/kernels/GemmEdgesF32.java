package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The memory-bound rest of a matrix product: copying and clamping rows of a tile or block. */
final class GemmEdgesF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** Addresses cut to it are known to lie in memory, and need no bounds checks. */
  private static final long ADDRESS = (1L << 56) - 1;

  /** Copies a matrix [rows, columns]; nothing beyond its columns is read or written. */
  static void copy(long src, long srcRowBytes, long dst, long dstRowBytes, int rows, int columns) {
    int whole = columns / L;
    VectorMask<Float> tail = S.indexInRange(whole * L, columns);
    for (int row = 0; row < rows; row++) {
      long from = src + row * srcRowBytes;
      long to = dst + row * dstRowBytes;
      for (int v = 0; v < whole; v++) {
        FloatVector x =
            FloatVector.fromMemorySegment(S, Memory.ALL, from + v * 4L * L, Lanes.ORDER);
        x.intoMemorySegment(Memory.ALL, to + v * 4L * L, Lanes.ORDER);
      }
      if (whole * L < columns) {
        long at = whole * 4L * L;
        FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, from + at, Lanes.ORDER, tail);
        x.intoMemorySegment(Memory.ALL, to + at, Lanes.ORDER, tail);
      }
    }
  }

  /** Copies rows of memory into an array, dstRow floats apart. */
  static void copyToArray(
      long src, long srcRowBytes, int rows, int columns, float[] dst, int at, int dstRow) {
    int whole = columns / L;
    VectorMask<Float> tail = S.indexInRange(whole * L, columns);
    for (int row = 0; row < rows; row++) {
      long from = src + row * srcRowBytes;
      int to = at + row * dstRow;
      for (int v = 0; v < whole; v++) {
        FloatVector x =
            FloatVector.fromMemorySegment(S, Memory.ALL, from + v * 4L * L, Lanes.ORDER);
        x.intoArray(dst, to + v * L);
      }
      if (whole * L < columns) {
        FloatVector x =
            FloatVector.fromMemorySegment(S, Memory.ALL, from + whole * 4L * L, Lanes.ORDER, tail);
        x.intoArray(dst, to + whole * L, tail);
      }
    }
  }

  /**
   * Copies columns into an array, tile by tile and in each term by term: dst[tile][k][i] =
   * src[k][tile * height + i]. What follows a tile is overwritten, less than a vector.
   *
   * @param columns those that src has, beyond which nothing is read
   * @param tileFloats distance between two tiles in the array
   */
  static void copyTerms(
      long src,
      long srcRowBytes,
      int terms,
      int columns,
      int height,
      int tiles,
      float[] dst,
      int at,
      int tileFloats) {
    int padded = Math.ceilDiv(height, L) * L;
    int whole = columns < padded ? 0 : Math.min(tiles, (columns - padded) / height + 1);
    if (height <= L) {
      // All tiles of a term, then those of the next: that is how they lie in memory.
      for (int k = 0; k < terms; k++) {
        long from = src + k * srcRowBytes;
        int to = at + k * height;
        for (int t = 0; t < whole; t++) {
          FloatVector.fromMemorySegment(S, Memory.ALL, from + t * (4L * height), Lanes.ORDER)
              .intoArray(dst, to + t * tileFloats);
        }
      }
    }
    for (int t = height <= L ? whole : 0; t < tiles; t++) {
      long from = src + 4L * t * height;
      int to = at + t * tileFloats;
      if (t < whole) {
        copyTile(from, srcRowBytes, terms, height, dst, to);
      } else {
        copyLastTile(from, srcRowBytes, terms, columns - t * height, height, dst, to);
      }
    }
  }

  private static void copyTile(
      long src, long srcRowBytes, int terms, int height, float[] dst, int at) {
    for (int k = 0; k < terms; k++) {
      for (int c = 0; c < height; c += L) {
        FloatVector.fromMemorySegment(S, Memory.ALL, src + k * srcRowBytes + 4L * c, Lanes.ORDER)
            .intoArray(dst, at + k * height + c);
      }
    }
  }

  private static void copyLastTile(
      long src, long srcRowBytes, int terms, int columns, int height, float[] dst, int at) {
    for (int k = 0; k < terms; k++) {
      for (int c = 0; c < height; c += L) {
        VectorMask<Float> in = S.indexInRange(c, columns);
        FloatVector.fromMemorySegment(
                S, Memory.ALL, src + k * srcRowBytes + 4L * c, Lanes.ORDER, in)
            .intoArray(dst, at + k * height + c);
      }
    }
  }

  /** Most vectors for {@link #copyVectors}. */
  static final int FEW_VECTORS = 2;

  /**
   * Copies one or two vectors of each row into an array, {@link GemmTilesF32#ROW} floats apart.
   *
   * <p>Short rows of an image with three channels: a mask and a loop for each cost more than half
   * as much as the product.
   */
  static void copyVectors(long src, long srcRowBytes, int rows, int vectors, float[] dst, int at) {
    if (vectors == 1) {
      for (int row = 0; row < rows; row++) {
        FloatVector x =
            FloatVector.fromMemorySegment(S, Memory.ALL, src + row * srcRowBytes, Lanes.ORDER);
        x.intoArray(dst, at + row * GemmTilesF32.ROW);
      }
      return;
    }
    for (int row = 0; row < rows; row++) {
      long from = src + row * srcRowBytes;
      int to = at + row * GemmTilesF32.ROW;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + 4L * L, Lanes.ORDER);
      x.intoArray(dst, to);
      y.intoArray(dst, to + L);
    }
  }

  /**
   * Copies a finished tile of {@link PackedWeightsF32#COLUMNS} columns to where it belongs and
   * clamps it on the way; NaN stays NaN.
   *
   * <p>Compare and blend are two instructions where max and min, with Java's rules for NaN and
   * zeros, are four. Doing this inside the micro-kernel saves the load and store, but makes it too
   * large for the register allocator (12 rows: 135 to 97 GFLOP/s). Clamping in place writes the
   * lines of dst, which are seldom in L1, twice.
   *
   * @param tile address of the tile, its rows side by side
   * @param columns how many of its columns exist in dst
   */
  static void finishTile(
      long tile, long dst, long dstRowBytes, int rows, int columns, float lo, float hi) {
    if (columns < PackedWeightsF32.COLUMNS) {
      finishRagged(tile, dst, dstRowBytes, rows, columns, lo, hi);
    } else if (hi == Float.POSITIVE_INFINITY) {
      raise(tile, dst, dstRowBytes, rows, lo);
    } else {
      clamp(tile, dst, dstRowBytes, rows, lo, hi);
    }
  }

  private static void clamp(long tile, long dst, long dstRowBytes, int rows, float lo, float hi) {
    FloatVector low = FloatVector.broadcast(S, lo);
    FloatVector high = FloatVector.broadcast(S, hi);
    for (int row = 0; row < rows; row++) {
      long from = (tile + row * (8L * L)) & ADDRESS;
      long to = (dst + row * dstRowBytes) & ADDRESS;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + 4L * L, Lanes.ORDER);
      x = x.blend(low, x.lt(low));
      y = y.blend(low, y.lt(low));
      x.blend(high, high.lt(x)).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      y.blend(high, high.lt(y)).intoMemorySegment(Memory.ALL, to + 4L * L, Lanes.ORDER);
    }
  }

  private static void raise(long tile, long dst, long dstRowBytes, int rows, float lo) {
    FloatVector low = FloatVector.broadcast(S, lo);
    for (int row = 0; row < rows; row++) {
      long from = (tile + row * (8L * L)) & ADDRESS;
      long to = (dst + row * dstRowBytes) & ADDRESS;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + 4L * L, Lanes.ORDER);
      x.blend(low, x.lt(low)).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      y.blend(low, y.lt(low)).intoMemorySegment(Memory.ALL, to + 4L * L, Lanes.ORDER);
    }
  }

  private static void finishRagged(
      long tile, long dst, long dstRowBytes, int rows, int columns, float lo, float hi) {
    FloatVector low = FloatVector.broadcast(S, lo);
    FloatVector high = FloatVector.broadcast(S, hi);
    VectorMask<Float> in0 = S.indexInRange(0, columns);
    VectorMask<Float> in1 = S.indexInRange(L, columns);
    boolean two = columns > L;
    for (int row = 0; row < rows; row++) {
      long from = (tile + row * (8L * L)) & ADDRESS;
      long to = (dst + row * dstRowBytes) & ADDRESS;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
      x = x.blend(low, x.lt(low));
      x = x.blend(high, high.lt(x));
      x.intoMemorySegment(Memory.ALL, to, Lanes.ORDER, in0);
      if (two) {
        FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + 4L * L, Lanes.ORDER);
        y = y.blend(low, y.lt(low));
        y = y.blend(high, high.lt(y));
        y.intoMemorySegment(Memory.ALL, to + 4L * L, Lanes.ORDER, in1);
      }
    }
  }

  private GemmEdgesF32() {}
}
