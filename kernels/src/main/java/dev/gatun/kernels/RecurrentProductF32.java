package dev.gatun.kernels;

/**
 * The product of a block of rows with panels of recurrent weights, whose sums start where the
 * caller says. Sums have one order whatever the number of rows, so that results do not depend on
 * how a layer was cut.
 */
final class RecurrentProductF32 {
  private static final int PANEL_BYTES = 4 * PackedWeightsF32.COLUMNS;

  /** Copies rows into the thread's array, one depth of the product after the other. */
  static float[] left(long from, long rowBytes, int rows, int terms) {
    int depth = GemmTilesF32.DEPTH;
    int depths = Math.ceilDiv(terms, depth);
    float[] block = GemmScratchF32.get().left(rows * depths);
    for (int d = 0; d < depths; d++) {
      GemmEdgesF32.copyToArray(
          from + 4L * d * depth,
          rowBytes,
          rows,
          Math.min(depth, terms - d * depth),
          block,
          d * rows * GemmTilesF32.ROW,
          GemmTilesF32.ROW);
    }
    return block;
  }

  /**
   * to[r, panel] = from[r, panel] + block[r] * packed[panel] for panels [firstPanel, lastPanel).
   *
   * @param backwards whether the last panel comes first
   */
  static void run(
      float[] block,
      int rows,
      int terms,
      long packed,
      int firstPanel,
      int lastPanel,
      long from,
      long fromRowBytes,
      long to,
      long toRowBytes,
      boolean backwards) {
    int tiles = Math.ceilDiv(rows, GemmTilesF32.HEIGHT);
    if (rows == 1) {
      int rest = lastPanel - (lastPanel - firstPanel) % GemmRowF32.PANELS;
      row(block, terms, packed, firstPanel, rest, from, to, backwards, GemmRowF32.PANELS);
      row(block, terms, packed, rest, lastPanel, from, to, backwards, 1);
      return;
    }
    for (int i = firstPanel; i < lastPanel; i++) {
      int panel = backwards ? firstPanel + lastPanel - 1 - i : i;
      for (int k = 0; k < terms; k += GemmTilesF32.DEPTH) {
        int part = Math.min(GemmTilesF32.DEPTH, terms - k);
        int at = k / GemmTilesF32.DEPTH * rows * GemmTilesF32.ROW;
        long right = packed + ((long) panel * terms + k) * PANEL_BYTES;
        // Sums of the first depth start at from, later ones where the one before left them.
        long start = (k == 0 ? from : to) + (long) panel * PANEL_BYTES;
        long startRowBytes = k == 0 ? fromRowBytes : toRowBytes;
        long end = to + (long) panel * PANEL_BYTES;
        for (int tile = 0; tile < tiles; tile++) {
          int row = rows * tile / tiles;
          int height = rows * (tile + 1) / tiles - row;
          GemmTilesF32.packed(height)
              .run(
                  part,
                  block,
                  at + row * GemmTilesF32.ROW,
                  right,
                  0,
                  start + row * startRowBytes,
                  startRowBytes,
                  end + row * toRowBytes,
                  toRowBytes);
        }
      }
    }
  }

  /** The product of a single row with groups of panels. */
  private static void row(
      float[] block,
      int terms,
      long packed,
      int firstPanel,
      int lastPanel,
      long from,
      long to,
      boolean backwards,
      int group) {
    for (int i = firstPanel; i < lastPanel; i += group) {
      int panel = backwards ? firstPanel + lastPanel - group - i : i;
      long column = (long) panel * PANEL_BYTES;
      for (int k = 0; k < terms; k += GemmTilesF32.DEPTH) {
        int at = k / GemmTilesF32.DEPTH * GemmTilesF32.ROW;
        int part = Math.min(GemmTilesF32.DEPTH, terms - k);
        long right = packed + ((long) panel * terms + k) * PANEL_BYTES;
        long start = (k == 0 ? from : to) + column;
        if (group == 1) {
          GemmRowF32.one(part, block, at, right, start, to + column);
        } else {
          GemmRowF32.run(part, block, at, right, (long) terms * PANEL_BYTES, start, to + column);
        }
      }
    }
  }

  private RecurrentProductF32() {}
}
