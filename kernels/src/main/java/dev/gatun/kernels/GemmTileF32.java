package dev.gatun.kernels;

/** A micro-kernel: one tile of a matrix product, held in vector registers over the whole k loop. */
interface GemmTileF32 {
  /**
   * c[i, j] = init[i, j] + sum over k of a[i, k] * b[k, j], for all rows of the tile and {@link
   * PackedWeightsF32#COLUMNS} columns.
   *
   * @param depth number of terms of the sum, at most {@link GemmTilesF32#DEPTH}
   * @param a holds the left rows, {@link GemmTilesF32#ROW} floats apart
   * @param aAt index of a[0, 0]
   * @param b address of the right rows
   * @param bRowBytes distance between the right rows; ignored by tiles of packed panels
   * @param init address of the first values of the sums
   * @param initRowBytes distance between their rows, 0 to use one row for all
   * @param c address of the result
   * @param cRowBytes distance between its rows
   * @param ahead address of what is soon to be read or written: a byte of it is read in each round,
   *     which brings it into the cache while the tile waits for nothing but its products
   * @return nothing of meaning, what was read ahead
   */
  int run(
      int depth,
      float[] a,
      int aAt,
      long b,
      long bRowBytes,
      long init,
      long initRowBytes,
      long c,
      long cRowBytes,
      long ahead);

  /** The same without anything to read ahead. */
  default void run(
      int depth,
      float[] a,
      int aAt,
      long b,
      long bRowBytes,
      long init,
      long initRowBytes,
      long c,
      long cRowBytes) {
    run(depth, a, aAt, b, bRowBytes, init, initRowBytes, c, cRowBytes, b);
  }
}
