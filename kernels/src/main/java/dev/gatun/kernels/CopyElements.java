package dev.gatun.kernels;

/**
 * Copies single elements between two-dimensional views with any strides.
 *
 * <p>The path of last resort, about one element a cycle: views whose inner axis is contiguous are
 * copied by {@link CopyRows}, transposed ones of 4 bytes by {@link TransposeTiles}.
 */
final class CopyElements {
  // A block of this many rows and columns touches at most as many cache lines in either view.
  private static final int BLOCK = 64;

  /**
   * dst[r][c] = src[r][c].
   *
   * @param blocked whether the rows are closer together in the source than the columns, as in a
   *     transpose: then small blocks keep the lines of both views in L1
   */
  static void run(
      int elementBytes,
      long src,
      long srcRowBytes,
      long srcColumnBytes,
      long dst,
      long dstRowBytes,
      long dstColumnBytes,
      long rows,
      long columns,
      boolean blocked) {
    long height = blocked ? BLOCK : rows;
    long width = blocked ? BLOCK : Integer.MAX_VALUE;
    for (long r = 0; r < rows; r += height) {
      int h = (int) Math.min(Integer.MAX_VALUE, Math.min(height, rows - r));
      for (long c = 0; c < columns; c += width) {
        int w = (int) Math.min(width, columns - c);
        long from = src + r * srcRowBytes + c * srcColumnBytes;
        long to = dst + r * dstRowBytes + c * dstColumnBytes;
        if (h > w) { // the longer loop inside
          block(
              elementBytes,
              from,
              srcColumnBytes,
              srcRowBytes,
              to,
              dstColumnBytes,
              dstRowBytes,
              w,
              h);
        } else {
          block(
              elementBytes,
              from,
              srcRowBytes,
              srcColumnBytes,
              to,
              dstRowBytes,
              dstColumnBytes,
              h,
              w);
        }
      }
    }
  }

  private static void block(
      int elementBytes,
      long src,
      long srcRowBytes,
      long srcColumnBytes,
      long dst,
      long dstRowBytes,
      long dstColumnBytes,
      int rows,
      int columns) {
    for (int r = 0; r < rows; r++) {
      long from = src + r * srcRowBytes;
      long to = dst + r * dstRowBytes;
      switch (elementBytes) {
        case 1 -> row1(from, srcColumnBytes, to, dstColumnBytes, columns);
        case 2 -> row2(from, srcColumnBytes, to, dstColumnBytes, columns);
        case 4 -> row4(from, srcColumnBytes, to, dstColumnBytes, columns);
        default -> row8(from, srcColumnBytes, to, dstColumnBytes, columns);
      }
    }
  }

  private static void row1(long src, long srcBytes, long dst, long dstBytes, int count) {
    for (int k = 0; k < count; k++) {
      Memory.ALL.set(Memory.I8, dst + k * dstBytes, Memory.ALL.get(Memory.I8, src + k * srcBytes));
    }
  }

  private static void row2(long src, long srcBytes, long dst, long dstBytes, int count) {
    for (int k = 0; k < count; k++) {
      Memory.ALL.set(
          Memory.I16, dst + k * dstBytes, Memory.ALL.get(Memory.I16, src + k * srcBytes));
    }
  }

  private static void row4(long src, long srcBytes, long dst, long dstBytes, int count) {
    for (int k = 0; k < count; k++) {
      Memory.ALL.set(
          Memory.I32, dst + k * dstBytes, Memory.ALL.get(Memory.I32, src + k * srcBytes));
    }
  }

  private static void row8(long src, long srcBytes, long dst, long dstBytes, int count) {
    for (int k = 0; k < count; k++) {
      Memory.ALL.set(
          Memory.I64, dst + k * dstBytes, Memory.ALL.get(Memory.I64, src + k * srcBytes));
    }
  }

  private CopyElements() {}
}
