package dev.gatun.kernels;

/**
 * How a Winograd convolution is cut into tasks: some blocks of tiles times some slices of panels,
 * all nearly equal.
 *
 * <p>Chosen by a small model in cycles. A task transforms its tiles for itself, and reads the
 * weights of its panels once: tall blocks read weights less often, but the values of their tiles
 * leave L2; slices repeat the transform of the input.
 *
 * @param blocks number of blocks of tiles
 * @param blockTiles tiles of the largest block
 * @param height rows of the micro-kernel's tile; blocks are filled up to a multiple of it
 * @param slices number of slices of panels
 * @param groupPanels panels whose products are computed before they are combined to outputs: more
 *     than one when the values of a block must be read from L3 each time
 */
record ConvWinogradSplitF32(int blocks, int blockTiles, int height, int slices, int groupPanels) {
  // Cycles for a core of 2 fma a cycle, from measurements of the whole on 1 and 4 threads.
  private static final double FMA = 0.55;
  private static final double CALL = 60; // of the micro-kernel, beside its loop
  private static final double INPUT = 400; // a vector of channels of a tile
  private static final double OUTPUT = 400;
  private static final double NEAR_FLOAT = 0.02; // from L2
  private static final double WEIGHT = 0.06; // from L3, in the order of memory
  private static final double VALUE = 0.25; // from L3, twelve rows at a time
  private static final double TASK = 2000; // claiming a task and waking up for it

  // The same for the choice between this and a product over all taps.
  private static final double MEMORY_FLOAT = 1.2; // from memory, while all cores read
  private static final double TAPS_FMA = 0.7;
  private static final double WORTH_IT = 0.8;

  // Packing a weight, when that is part of each run.
  private static final double PACK = 4.4;
  private static final double TAPS_PACK = 3;

  private static final int TASKS_PER_THREAD = 8;
  private static final int MOST_ROW_TILES = 96 / GemmTilesF32.HEIGHT;
  private static final long MOST_VALUE_BYTES = 8L << 20;
  private static final int[] GROUPS = {2, 4};

  /** Rows below this are summed in another order, so results would depend on the split. */
  private static final int LEAST_HEIGHT = 4;

  /** Cuts a convolution. */
  static ConvWinogradSplitF32 choose(int tiles, int inChannels, int outChannels, int threads) {
    int panels = PackedWeightsF32.panels(outChannels);
    ConvWinogradSplitF32 best = of(tiles, 1, panels, 1, 1);
    double least = Double.MAX_VALUE;
    int mostSlices = threads == 1 ? 1 : Math.min(panels, TASKS_PER_THREAD * threads);
    for (int rowTiles = 1; rowTiles <= MOST_ROW_TILES; rowTiles++) {
      for (int slices = 1; slices <= mostSlices; slices++) {
        for (int group : GROUPS) {
          ConvWinogradSplitF32 split = of(tiles, rowTiles, panels, slices, group);
          if (rowTiles > 1 && split.valueBytes(inChannels) > MOST_VALUE_BYTES) {
            continue;
          }
          double cycles = split.cycles(inChannels, outChannels, threads);
          if (cycles < 0.99 * least) {
            least = cycles;
            best = split;
          }
        }
      }
    }
    return best;
  }

  /** A split into blocks of at most that many rows of the micro-kernel's tallest tile. */
  static ConvWinogradSplitF32 of(int tiles, int rowTiles, int panels, int slices, int group) {
    int blocks = Math.ceilDiv(tiles, rowTiles * GemmTilesF32.HEIGHT);
    int blockTiles = Math.ceilDiv(tiles, blocks);
    int rows = Math.ceilDiv(blockTiles, GemmTilesF32.HEIGHT);
    int height = Math.max(LEAST_HEIGHT, Math.ceilDiv(blockTiles, rows));
    int slice = Math.ceilDiv(panels, slices);
    return new ConvWinogradSplitF32(
        Math.ceilDiv(tiles, blockTiles), blockTiles, height, slices, Math.min(group, slice));
  }

  /** Rows of the left matrices of a block. */
  int rows() {
    return Math.ceilDiv(blockTiles, height) * height;
  }

  private long valueBytes(int inChannels) {
    return 4L * ConvWinogradPoints.PRODUCTS * rows() * inChannels;
  }

  /** An estimate of the time of all tasks on that many threads. */
  double cycles(int inChannels, int outChannels, int threads) {
    int products = ConvWinogradPoints.PRODUCTS;
    int vectors = PackedWeightsF32.VECTORS;
    Cpu cpu = Cpu.get();
    double panels = Math.ceilDiv(PackedWeightsF32.panels(outChannels), slices);
    double groups = Math.ceil(panels / groupPanels);
    double weights = (double) products * inChannels * PackedWeightsF32.COLUMNS;
    double weightBytes = 4 * weights * PackedWeightsF32.panels(outChannels);
    double productBytes = 4.0 * products * rows() * PackedWeightsF32.COLUMNS * groupPanels;
    double values = (double) products * rows() * inChannels;
    boolean near = 4 * values + productBytes <= 0.8 * cpu.l2Bytes();
    double weight =
        near && 4 * values + productBytes + weightBytes / slices <= 0.9 * cpu.l2Bytes()
            ? NEAR_FLOAT
            : WEIGHT;
    double task =
        TASK * 0.1
            + blockTiles * Math.ceil((double) inChannels / Lanes.F32_LENGTH) * INPUT
            + blockTiles * panels * vectors * OUTPUT
            + products * panels * rows() * (inChannels * vectors * FMA + CALL / height)
            + panels * weights * weight
            + groups * values * (near ? NEAR_FLOAT : VALUE);
    int tasks = blocks * slices;
    return (Math.ceilDiv(tasks, threads) + (threads > 1 ? 0.15 : 0)) * task
        + (threads > 1 ? TASK : 0);
  }

  /**
   * Whether the algorithm beats a product over all taps.
   *
   * <p>The answer does not depend on the number of threads, so that results do not either. Weights
   * are taken to come from memory: those of a whole network do not fit into L3.
   *
   * @param changing whether weights are packed in each run
   */
  static boolean pays(
      int tiles, long pixels, int taps, int inChannels, int outChannels, boolean changing) {
    double columns = (double) PackedWeightsF32.panels(outChannels) * PackedWeightsF32.COLUMNS;
    double filters = inChannels * columns;
    double here =
        choose(tiles, inChannels, outChannels, 1).cycles(inChannels, outChannels, 1)
            + ConvWinogradPoints.PRODUCTS * filters * (MEMORY_FLOAT + (changing ? PACK : 0));
    double once = MEMORY_FLOAT + (changing ? TAPS_PACK : 0);
    double there = taps * filters * (pixels * TAPS_FMA / Lanes.F32_LENGTH + once);
    return here < WORTH_IT * there;
  }
}
