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
  private static final double READ_PANEL = 0.15; // a right float from L3
  private static final double PACK_PANEL = 0.35; // the same, copied into a panel first
  private static final double TASK = 2000; // claiming a task and waking up for it

  /**
   * What differs from one kind of product to another.
   *
   * @param copyLeft cycles to bring a left float into the task's block
   * @param tail part of a task for which the others wait at the end, since no two threads are
   *     equally fast
   * @param evensOut whether larger tasks count as the mean one but for the last of them, since
   *     tasks are taken as threads become free
   */
  record Costs(double copyLeft, double tail, boolean evensOut) {
    /** Left rows gathered from an image, much of which is in L2. */
    static final Costs GATHERED = new Costs(0.25, 0.15, false);

    /** Left rows from L3. */
    static final Costs ROWS = new Costs(1, 0.5, true);

    /** Left columns from L3, some cache lines of each row of memory. */
    static final Costs COLUMNS = new Costs(1.5, 0.5, true);
  }

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
   * @param costs of this kind of product
   */
  static GemmSplitF32 choose(
      int tiles,
      int height,
      int mostTiles,
      int panels,
      int k,
      boolean packed,
      int threads,
      Costs costs) {
    int fewestRowBlocks = Math.ceilDiv(tiles, mostTiles);
    if (threads == 1) {
      return new GemmSplitF32(fewestRowBlocks, 1);
    }
    GemmSplitF32 best = new GemmSplitF32(fewestRowBlocks, 1);
    double least = Double.MAX_VALUE;
    int mostTasks = Math.max(fewestRowBlocks, TASKS_PER_THREAD * threads);
    for (int rows = fewestRowBlocks; rows <= Math.min(tiles, mostTasks); rows++) {
      for (int columns = 1; columns <= panels && rows * (long) columns <= mostTasks; columns++) {
        double right = packed ? READ_PANEL : PACK_PANEL;
        double most =
            taskCycles(
                Math.ceilDiv(tiles, rows) * height, Math.ceilDiv(panels, columns), k, right, costs);
        double mean =
            costs.evensOut
                ? taskCycles(
                    (double) tiles * height / rows, (double) panels / columns, k, right, costs)
                : most;
        int tasks = rows * columns;
        double total =
            Math.ceilDiv(tasks, threads) * mean
                + most
                - mean
                + costs.tail * most
                + (tasks > 1 ? TASK : 0);
        if (total < 0.995 * least) {
          least = total;
          best = new GemmSplitF32(rows, columns);
        }
      }
    }
    return best;
  }

  private static double taskCycles(
      double rows, double panels, int k, double rightCost, Costs costs) {
    int vectors = PackedWeightsF32.VECTORS;
    // A short task waits for memory, a tall one for fma.
    double panel =
        Math.max(rows * vectors * FMA, PackedWeightsF32.COLUMNS * READ_PANEL)
            + PackedWeightsF32.COLUMNS * rightCost * 0.5;
    return TASK * 0.1 + k * (rows * costs.copyLeft + panels * panel);
  }
}
