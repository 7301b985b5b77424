package dev.gatun.kernels;

import java.lang.foreign.Arena;

/**
 * What a thread needs beside its operands while it computes attention: a tile of keys and values
 * packed, a block of queries, its scores and weights, and the state of all rows of a task.
 *
 * <p>Grown when larger heads come along and kept.
 */
final class AttentionScratchF32 {
  private static final int BLOCK = AttentionTaskF32.BLOCK;
  private static final int ROW = GemmTilesF32.ROW;

  /** Weights of a block of rows, {@link GemmTilesF32#ROW} floats apart. */
  final float[] weights = new float[BLOCK * ROW];

  /** Queries of a block, scaled: one such block for each {@link GemmTilesF32#DEPTH} of depth. */
  float[] queries = new float[0];

  /** Largest score of each row of the task so far; rows of a block side by side, as below. */
  float[] max = new float[0];

  /** Sum of each row's exponentials so far. */
  float[] sum = new float[0];

  /** What each row's results so far are multiplied with when its maximum grows. */
  float[] factor = new float[0];

  /** How many keys each row sees. */
  int[] limits = new int[0];

  /** The most keys that a row of each tile of rows sees. */
  int[] tileLimits = new int[0];

  /** Address of the scores of a block, {@link AttentionTaskF32#SCORE_ROW} floats apart. */
  final long scores;

  /** Address of the panels [keys / columns][depth][columns] of the transposed keys. */
  long keys;

  /** Address of the panels [width / columns][keys][columns] of the values. */
  long values;

  /** Address of the results so far [rows of the task, width]. */
  long results;

  private final Arena owner = Arena.ofAuto();
  private int depth;
  private int width;
  private long resultFloats;

  AttentionScratchF32() {
    scores = allocate((long) BLOCK * AttentionTaskF32.SCORE_ROW);
  }

  /**
   * Makes room for a task.
   *
   * @param wantedWidth value depth, rounded up to whole panels
   * @param rows rows of the task
   * @param states rows in whole blocks
   */
  void grow(int wantedDepth, int wantedWidth, int rows, int states) {
    if (wantedDepth > depth) {
      depth = wantedDepth;
      keys = allocate((long) AttentionTaskF32.KEYS * depth);
      queries = new float[Math.ceilDiv(depth, GemmTilesF32.DEPTH) * BLOCK * ROW];
    }
    if (wantedWidth > width) {
      width = wantedWidth;
      values = allocate((long) AttentionTaskF32.KEYS * width);
    }
    if (states > max.length) {
      max = new float[states];
      sum = new float[states];
      factor = new float[states];
      limits = new int[states];
      tileLimits = new int[states];
    }
    if ((long) rows * wantedWidth > resultFloats) {
      resultFloats = (long) rows * wantedWidth;
      results = allocate(resultFloats);
    }
  }

  private long allocate(long floats) {
    return owner.allocate(4 * floats, Memory.ALIGNMENT).address();
  }
}
