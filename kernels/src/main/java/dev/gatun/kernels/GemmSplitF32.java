package dev.gatun.kernels;

/**
 * How a matrix product is cut into tasks: some blocks of row tiles times some blocks of panels, all
 * nearly equal.
 *
 * <p>Chosen by a small model in cycles, because every cut costs something: each task copies its own
 * block of left rows, and reads its panels from the outer caches once for each block of rows. It is
 * a function of shape and thread count only, so results are the same from run to run.
 *
 * @param rowBlocks number of blocks of row tiles
 * @param panelBlocks number of blocks of panels
 */
record GemmSplitF32(int rowBlocks, int panelBlocks) {
  // Cycles for a core of 2 fma a cycle. The exact figures matter little.
  private static final double FMA = 0.5;
  private static final double COPY_LEFT = 0.25; // a left float, L2 or L3 to L2
  private static final double READ_PANEL = 0.15; // a right float from L3
  private static final double PACK_PANEL = 0.35; // the same, copied into a panel first
  private static final double TASK = 2000; // claiming a task and waking up for it

  /** More tasks a thread than this only add to the cost. */
  private static final int TASKS_PER_THREAD = 8;

  /**
   * Cuts a product.
   *
   * @param tiles number of row tiles
   * @param mostTiles most tiles whose left rows fit into the cache
   * @param panels number of panels
   * @param k depth
   * @param packed whether the panels are packed already
   */
  static GemmSplitF32 choose(
      int tiles, int height, int mostTiles, int panels, int k, boolean packed, int threads) {
    int fewestRowBlocks = Math.ceilDiv(tiles, mostTiles);
    if (threads == 1) {
      return new GemmSplitF32(fewestRowBlocks, 1);
    }
    GemmSplitF32 best = new GemmSplitF32(fewestRowBlocks, 1);
    double least = Double.MAX_VALUE;
    int mostTasks = Math.max(fewestRowBlocks, TASKS_PER_THREAD * threads);
    for (int rows = fewestRowBlocks; rows <= Math.min(tiles, mostTasks); rows++) {
      for (int columns = 1; columns <= panels && rows * (long) columns <= mostTasks; columns++) {
        int taskTiles = Math.ceilDiv(tiles, rows);
        int taskPanels = Math.ceilDiv(panels, columns);
        double task =
            taskCycles(taskTiles * height, taskPanels, k, packed ? READ_PANEL : PACK_PANEL);
        int tasks = rows * columns;
        // All rounds but the last are full; a part of a task more for whoever is disturbed.
        double total = (Math.ceilDiv(tasks, threads) + 0.15) * task + (tasks > 1 ? TASK : 0);
        if (total < 0.995 * least) {
          least = total;
          best = new GemmSplitF32(rows, columns);
        }
      }
    }
    return best;
  }

  private static double taskCycles(int rows, int panels, int k, double rightCost) {
    int vectors = PackedWeightsF32.VECTORS;
    // A short task waits for memory, a tall one for fma.
    double panel =
        Math.max(rows * vectors * FMA, PackedWeightsF32.COLUMNS * READ_PANEL)
            + PackedWeightsF32.COLUMNS * rightCost * 0.5;
    return TASK * 0.1 + k * (rows * COPY_LEFT + panels * panel);
  }
}
