package dev.gatun.kernels;

import java.lang.foreign.Arena;

/**
 * What a thread needs beside its operands while it computes attention: a block of queries, its
 * scores against one tile of keys, its results so far, and the tile packed.
 *
 * <p>One for every thread, grown when wider heads come along and kept.
 */
final class AttentionScratchF32 {
  private static final ThreadLocal<AttentionScratchF32> CURRENT =
      ThreadLocal.withInitial(AttentionScratchF32::new);

  private static final int ROWS = AttentionF32.ROWS;
  private static final int KEYS = AttentionF32.KEYS;

  final float[] scores = new float[ROWS * KEYS];

  /** Largest score of a row so far. */
  final float[] max = new float[ROWS];

  /** Sum of a row's exponentials so far. */
  final float[] sum = new float[ROWS];

  /** What a row's results so far are multiplied with when its maximum grows. */
  final float[] factor = new float[ROWS];

  /** [ROWS, depth], scaled. */
  float[] queries = new float[0];

  /** [ROWS, width], width being the value depth rounded up to whole panels. */
  float[] results = new float[0];

  /** Panels [KEYS / columns][depth][columns] of the transposed keys. */
  long keys;

  /** Panels [width / columns][KEYS][columns] of the values. */
  long values;

  private final Arena owner = Arena.ofAuto();
  private int depth;
  private int width;

  /** The scratch of the calling thread, large enough. */
  static AttentionScratchF32 get(int depth, int width) {
    AttentionScratchF32 scratch = CURRENT.get();
    scratch.grow(depth, width);
    return scratch;
  }

  private void grow(int wantedDepth, int wantedWidth) {
    if (wantedDepth > depth) {
      depth = wantedDepth;
      queries = new float[ROWS * depth];
      keys = owner.allocate(4L * KEYS * depth, Memory.ALIGNMENT).address();
    }
    if (wantedWidth > width) {
      width = wantedWidth;
      results = new float[ROWS * width];
      values = owner.allocate(4L * KEYS * width, Memory.ALIGNMENT).address();
    }
  }

  private AttentionScratchF32() {}
}
