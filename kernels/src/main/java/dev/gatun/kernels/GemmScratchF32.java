package dev.gatun.kernels;

import java.lang.foreign.Arena;

/**
 * What a thread needs beside its operands while it works on a matrix product: the block of left
 * rows, one tile for the ragged right edge and one panel of a right matrix that is not packed.
 *
 * <p>One for every thread, grown when a larger block comes along and kept.
 */
final class GemmScratchF32 {
  private static final ThreadLocal<GemmScratchF32> CURRENT =
      ThreadLocal.withInitial(GemmScratchF32::new);

  private static final int PANEL_BYTES = 4 * PackedWeightsF32.COLUMNS * GemmTilesF32.ROW;
  private static final int TILE_BYTES = 4 * PackedWeightsF32.COLUMNS * GemmTilesF32.HEIGHT;

  /**
   * Address of a panel [DEPTH, COLUMNS] of the right matrix, or of COLUMNS rows of the left one,
   * {@link GemmTilesF32#ROW} floats apart.
   */
  final long panel;

  /** Address of a tile [HEIGHT, COLUMNS] of the result. */
  final long tile;

  /** Sums of a few rows of a panel. */
  final float[] sums = new float[GemmDotsF32.MOST_ROWS * PackedWeightsF32.COLUMNS];

  private final Arena owner = Arena.ofAuto();
  private float[] left = new float[0];

  private GemmScratchF32() {
    panel = owner.allocate(PANEL_BYTES + TILE_BYTES, Memory.ALIGNMENT).address();
    tile = panel + PANEL_BYTES;
  }

  /** The scratch of the calling thread. */
  static GemmScratchF32 get() {
    return CURRENT.get();
  }

  /** Room for that many left rows of depth DEPTH, {@link GemmTilesF32#ROW} floats apart. */
  float[] left(int rows) {
    int length = rows * GemmTilesF32.ROW;
    if (left.length < length) {
      left = new float[length];
    }
    return left;
  }
}
