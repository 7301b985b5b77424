package dev.gatun.kernels;

/** Packs keys and values of attention into panels of the matrix product. */
final class AttentionPackF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;

  /** Panels [n / columns][depth][columns] of the transpose of rows [n, depth]. */
  static void keys(long from, long rowBytes, int n, int depth, long to) {
    for (int c = 0; c < n; c += COLUMNS) {
      int columns = Math.min(COLUMNS, n - c);
      long panel = to + 4L * c * depth;
      PackedWeightsF32.packPanelTransposed(from + c * rowBytes, rowBytes, columns, depth, panel);
    }
  }

  /** Panels [width / columns][n][columns] of rows [n, width]. */
  static void values(long from, long rowBytes, int n, int width, long to) {
    for (int c = 0; c < width; c += COLUMNS) {
      int columns = Math.min(COLUMNS, width - c);
      PackedWeightsF32.packPanel(from + 4L * c, rowBytes, columns, n, to + 4L * c * n);
    }
  }

  private AttentionPackF32() {}
}
