package dev.gatun.kernels;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a thread needs beside its operands while it works on a matrix product: the block of left
 * rows, one tile for the ragged right edge and one panel of a right matrix that is not packed.
 *
 * <p>One for every thread. It is as large as the largest block of all products that were planned:
 * had it to grow from one to the next, what it was before would stay in the old generation, which a
 * program that allocates nothing never collects.
 */
final class GemmScratchF32 {
  private static final AtomicInteger MOST_ROWS = new AtomicInteger();

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

  /** What tiles read ahead. */
  final GemmAheadF32 ahead = new GemmAheadF32();

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

  /** Announces blocks of that many left rows, before threads begin to work on such. */
  static void expect(int rows) {
    MOST_ROWS.accumulateAndGet(rows, Math::max);
  }

  /** Room for that many left rows of depth DEPTH, {@link GemmTilesF32#ROW} floats apart. */
  float[] left(int rows) {
    int length = rows * GemmTilesF32.ROW;
    if (left.length < length) {
      left = new float[Math.max(rows, MOST_ROWS.get()) * GemmTilesF32.ROW];
    }
    return left;
  }
}
