package dev.gatun.kernels;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * How a recurrent layer is cut for a team: blocks of rows of the batch, which never meet, times
 * slices of the hidden units, which meet after every product.
 *
 * <p>More rows a block use a weight more often once it is read; more slices keep less weight in
 * each core, at the price of a meeting. Chosen by a small model in nanoseconds; a function of shape
 * and thread count only.
 *
 * @param rowBlocks blocks of nearly equal numbers of rows
 * @param columns the slices
 */
record RecurrentSplit(int rowBlocks, RecurrentColumns columns) {
  // The exact figures matter little.
  private static final double NEAR_BYTE = 1 / 45.0; // weights that stay in L2
  private static final double FAR_BYTE = 1 / 11.0; // weights from L3
  private static final double FMA = 1 / 55.0;
  private static final double CELL = 2.0; // a unit's gates and state
  private static final double STATE = 0.06; // a float of the state copied
  private static final double MEETING = 600;
  private static final double TASK = 500;

  /** More rows than this would crowd the weights out of L2. */
  private static final int MOST_ROWS = 96;

  static RecurrentSplit choose(RecurrentLayer layer, int threads) {
    return choose(layer, threads, slices -> RecurrentColumns.of(layer, slices));
  }

  /** The same for slices cut in another way. */
  static RecurrentSplit choose(
      RecurrentLayer layer, int threads, IntFunction<RecurrentColumns> cut) {
    RecurrentSplit best = null;
    double least = Double.MAX_VALUE;
    int fewest = Math.ceilDiv(layer.batch(), MOST_ROWS);
    int most = Math.min(layer.batch(), Math.max(fewest, threads));
    for (int slices = 1; slices <= Math.min(threads, RecurrentGang.MOST_SLICES); slices++) {
      RecurrentColumns columns = cut.apply(slices);
      if (columns.slices() != slices) {
        continue;
      }
      for (int blocks = fewest; blocks <= most; blocks++) {
        if (!Arrays.equals(sums(layer.batch(), blocks), sums(layer.batch(), fewest))) {
          continue;
        }
        double cost = cost(layer, columns, blocks, threads);
        if (cost < 0.98 * least) {
          least = cost;
          best = new RecurrentSplit(blocks, columns);
        }
      }
    }
    // One slice and the fewest blocks are always among them.
    return best == null ? new RecurrentSplit(fewest, cut.apply(1)) : best;
  }

  /** In how many sums the product of each row is taken: not to depend on threads, as results do. */
  private static int[] sums(int batch, int blocks) {
    int[] sums = new int[batch];
    for (int block = 0; block < blocks; block++) {
      int first = (int) ((long) batch * block / blocks);
      int rows = (int) ((long) batch * (block + 1) / blocks) - first;
      int tiles = Math.ceilDiv(rows, GemmTilesF32.HEIGHT);
      for (int tile = 0; tile < tiles; tile++) {
        int from = rows * tile / tiles;
        int to = rows * (tile + 1) / tiles;
        Arrays.fill(sums, first + from, first + to, rows == 1 ? 0 : GemmTilesF32.sets(to - from));
      }
    }
    return sums;
  }

  private static double cost(
      RecurrentLayer layer, RecurrentColumns columns, int blocks, int threads) {
    int tasks = layer.directions() * blocks * columns.slices();
    int rows = Math.ceilDiv(layer.batch(), blocks);
    double weights = (double) columns.width() * layer.hidden();
    boolean near = 4 * weights < 0.8 * Cpu.get().l2Bytes();
    double product = Math.max(4 * weights * (near ? NEAR_BYTE : FAR_BYTE), rows * weights * FMA);
    double step = product + rows * (columns.units() * CELL + layer.hidden() * STATE);
    step += columns.slices() > 1 ? layer.cell().rounds() * MEETING : 0;
    return Math.ceilDiv(tasks, threads) * layer.steps() * step + (tasks > 1 ? TASK * threads : 0);
  }

  int firstRow(int block) {
    int batch = columns.layer().batch();
    return (int) ((long) batch * block / rowBlocks);
  }

  int rows(int block) {
    return firstRow(block + 1) - firstRow(block);
  }

  int mostRows() {
    return Math.ceilDiv(columns.layer().batch(), rowBlocks);
  }
}
