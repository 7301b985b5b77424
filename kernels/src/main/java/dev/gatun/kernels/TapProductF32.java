package dev.gatun.kernels;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * Convolution over a {@link TapGrid} as a matrix product: [pixels, taps * channels] times packed
 * weights [taps * channels, outChannels], without ever storing the left matrix as a whole.
 *
 * <p>Compute bound. A block of pixels is gathered into rows that stay in L1 or L2 and multiplied by
 * every panel of the weights; each input float is copied once for each tap, which costs 1 / (output
 * channels / lanes) of the arithmetic or so. Where that is much and lines are long, tiles keep to
 * one line and {@link TapStackF32} copies what neighbouring pixels share once.
 *
 * <p>Groups too narrow to fill a vector are joined: the weights between them are zero, so a NaN or
 * infinity in one of them also shows in the others. Weights are packed [group][panel][z tap, y tap,
 * x tap, channel][column].
 */
final class TapProductF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int COLUMN_BYTES = 4 * COLUMNS;
  private static final long ZEROS =
      Arena.global().allocate(COLUMN_BYTES, Memory.ALIGNMENT).address();

  private static final int HEIGHT = GemmTilesF32.HEIGHT;

  /**
   * While all weights are below this, they stay in L2 and few tiles of pixels at a time are best.
   */
  private static final long RESIDENT_BYTES = Cpu.get().l2Bytes() / 2;

  /** Gathered floats of these few tiles: short rows share a panel while it is in L1. */
  private static final int NEAR_FLOATS = 16 << 10;

  /** Gathered rows take this part of L2 when the weights do not stay there. */
  private static final int MOST_TILES =
      Math.clamp(Cpu.get().l2Bytes() * 3 / 10 / (4L * GemmTilesF32.ROW * HEIGHT), 1, 16);

  /** Blocks handed to an epilogue have at most this many elements (unless one panel has more). */
  private static final int EPILOGUE_ELEMENTS = 24 << 10;

  private static final long[] NO_BUFFERS = {};

  private static final int[] ALONE = {0};

  /** Packing is copying: more tasks than threads only even it out. */
  private static final int PACK_TASKS = 16;

  private static final int PACK_CHANNELS = 16;

  /** Rows of a panel turned at a time: they stay in L1. */
  private static final int TURNED_ROWS = 160;

  private final TapGrid grid;
  private final TapGatherF32 gather;
  private final @Nullable TapStackF32 stack;
  private final int groups;
  private final int joined;
  private final int groupIn;
  private final int groupOut;
  private final int outChannels;
  private final int panels;
  private final int tiles;
  private final boolean apart;
  private final boolean byLine;
  private final int lineTiles;
  private final int lineLength;
  private final int blockTiles;
  private final boolean isFar;
  private final int tallHeight;
  private final GemmTileF32 tall;
  private final GemmTileF32 low;
  private final GemmTileF32 tallLast;
  private final GemmTileF32 lowLast;
  private final GemmSplitF32 split;

  /**
   * A plan.
   *
   * @param apart whether tiles must not reach from one line of the grid into the next, because
   *     pixels of different lines are not equally far apart in dst
   */
  TapProductF32(TapGrid grid, boolean apart, int groups, int outChannels, int threads) {
    this.grid = grid;
    this.apart = apart;
    this.outChannels = outChannels;
    joined = joined(groups, outChannels / groups);
    this.groups = groups / joined;
    groupIn = grid.channels() / this.groups;
    groupOut = outChannels / this.groups;
    gather = new TapGatherF32(grid, groupIn);
    panels = PackedWeightsF32.panels(groupOut);
    stack =
        !apart && TapStackF32.accepts(grid, groupIn, panels)
            ? new TapStackF32(grid, groupIn)
            : null;
    byLine = apart || stack != null;
    int lines = grid.lines();
    int height = HEIGHT;
    lineLength = byLine ? grid.x().size() : Math.multiplyExact(lines, grid.x().size());
    lineTiles = Math.ceilDiv(lineLength, height);
    tiles = byLine ? Math.multiplyExact(lines, lineTiles) : lineTiles;
    tallHeight = apart ? Math.min(height, lineLength) : Math.ceilDiv(lineLength, lineTiles);
    int lowHeight = apart ? lineLength % height : lineLength / lineTiles;
    int lastColumns = groupOut - (panels - 1) * COLUMNS;
    tall = tile(tallHeight, COLUMNS);
    low = tile(Math.max(1, lowHeight), COLUMNS);
    tallLast = tile(tallHeight, lastColumns);
    lowLast = tile(Math.max(1, lowHeight), lastColumns);
    int depth = Math.toIntExact(Math.min(Integer.MAX_VALUE / 64, gather.rowLength()));
    split =
        GemmSplitF32.choose(
            tiles,
            tallHeight,
            tiles,
            this.groups * panels,
            depth,
            true,
            threads,
            GemmSplitF32.Costs.GATHERED);
    long taskPanels = Math.ceilDiv(this.groups * panels, split.panelBlocks());
    long rowLength = Math.max(1, gather.rowLength()); // a phase of strides may have no taps
    isFar = Math.min(panels, taskPanels) * rowLength * COLUMN_BYTES > RESIDENT_BYTES;
    blockTiles = isFar ? MOST_TILES : Math.clamp(NEAR_FLOATS / (HEIGHT * rowLength), 1, MOST_TILES);
    GemmScratchF32.expect(leftRows());
  }

  private int leftRows() {
    int floats = stack == null ? HEIGHT * GemmTilesF32.ROW : stack.length(HEIGHT);
    return Math.ceilDiv(blockTiles * floats, GemmTilesF32.ROW);
  }

  private GemmTileF32 tile(int height, int columns) {
    return stack == null
        ? GemmTilesF32.packed(height, columns)
        : GemmTilesF32.overlapping(height, columns, stack.rowFloats());
  }

  /** Whether weights are packed [x tap, z tap, y tap, channel]. */
  boolean stacked() {
    return stack != null;
  }

  /** How many groups are joined to one: the most whose outputs fit into a vector. */
  private static int joined(int groups, int outOfGroup) {
    int most = 1;
    for (int j = 2; j <= groups && j * (long) outOfGroup <= Lanes.F32_LENGTH; j++) {
      if (groups % j == 0) {
        most = j;
      }
    }
    return most;
  }

  /** Number of tasks. */
  int tasks() {
    return split.rowBlocks() * split.panelBlocks();
  }

  /** Number of panels of all groups. */
  int panels() {
    return groups * panels;
  }

  /** Size of the packed weights. */
  long packedBytes() {
    return groups * PackedWeightsF32.bytes(groupOut, Math.toIntExact(gather.rowLength()));
  }

  /**
   * Packs the weights.
   *
   * @param src weights, any order
   * @param inStride distance between input channels of a group, in floats
   * @param outStride distance between output channels of a group
   * @param groupStride distance between groups
   * @param zStride distance between z taps
   * @param yStride distance between y taps
   * @param xStride distance between x taps
   */
  void pack(
      long src,
      long inStride,
      long outStride,
      long groupStride,
      long zStride,
      long yStride,
      long xStride,
      long dst,
      int task) {
    if (groups == 1
        && joined == 1
        && outStride < inStride
        && TurnedTapsF32.accepts((int) Math.min(Integer.MAX_VALUE, outStride))) {
      int blocks = TurnedTapsF32.blocks(groupIn);
      TurnedTapsF32.pack(
          src,
          groupIn,
          groupOut,
          (int) outStride,
          order(zStride, yStride, xStride),
          dst,
          Parts.begin(blocks, packTasks(), task),
          Parts.begin(blocks, packTasks(), task + 1));
      return;
    }
    int firstPanel = Parts.begin(groups * panels, packTasks(), task);
    int lastPanel = Parts.begin(groups * panels, packTasks(), task + 1);
    int[] xTaps = grid.x().taps();
    int taps = xTaps.length * grid.y().taps().length * grid.z().taps().length;
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      long panelAt = dst + (long) panel * taps * groupIn * COLUMN_BYTES;
      if (joined == 1 && Math.min(inStride, outStride) <= TURNED_ROWS) {
        turn(src, inStride, outStride, groupStride, zStride, yStride, xStride, panel, panelAt);
      } else {
        gather(src, inStride, outStride, groupStride, zStride, yStride, xStride, panel, panelAt);
      }
    }
  }

  /** Where the taps of a panel's rows lie in a filter. */
  private int[] order(long zStride, long yStride, long xStride) {
    int[] xTaps = grid.x().taps();
    int[] order = new int[xTaps.length * grid.y().taps().length * grid.z().taps().length];
    int next = 0;
    for (int outer : stack == null ? ALONE : xTaps) {
      for (int z : grid.z().taps()) {
        for (int y : grid.y().taps()) {
          for (int inner : stack == null ? xTaps : ALONE) {
            order[next++] = (int) (z * zStride + y * yStride + (outer + inner) * xStride);
          }
        }
      }
    }
    return order;
  }

  /**
   * The same where a filter's taps lie side by side: filters of a few channels are turned, so that
   * a row has one tap of all columns, and then go where they belong.
   */
  private void turn(
      long src,
      long inStride,
      long outStride,
      long groupStride,
      long zStride,
      long yStride,
      long xStride,
      int panel,
      long panelAt) {
    int filter = (int) Math.min(inStride, outStride);
    int firstColumn = panel % panels * COLUMNS;
    int columns = Math.min(COLUMNS, groupOut - firstColumn);
    long from = src + 4 * ((long) panel / panels * groupStride + firstColumn * outStride);
    long turned = GemmScratchF32.get().panel;
    int together = Math.clamp(TURNED_ROWS / filter, 1, groupIn);
    if (columns < COLUMNS) {
      Memory.ALL.asSlice(turned, (long) together * filter * COLUMN_BYTES).fill((byte) 0);
    }
    int[] xTaps = grid.x().taps();
    for (int first = 0; first < groupIn; first += together) {
      int count = Math.min(together, groupIn - first);
      long at = from + 4L * first * inStride;
      if (inStride <= outStride) {
        PackedWeightsF32.transpose(
            at, 4 * outStride, columns, count * filter, turned, COLUMN_BYTES);
      } else {
        for (int c = 0; c < count; c++) {
          long to = turned + (long) c * filter * COLUMN_BYTES;
          PackedWeightsF32.transpose(
              at + 4L * c * inStride, 4 * outStride, columns, filter, to, COLUMN_BYTES);
        }
      }
      long to = panelAt + (long) first * COLUMN_BYTES;
      for (int outer : stack == null ? ALONE : xTaps) {
        for (int z : grid.z().taps()) {
          for (int y : grid.y().taps()) {
            for (int inner : stack == null ? xTaps : ALONE) {
              long tap = z * zStride + y * yStride + (outer + inner) * xStride;
              copyRows(turned + tap * COLUMN_BYTES, (long) filter * COLUMN_BYTES, to, count);
              to += (long) groupIn * COLUMN_BYTES;
            }
          }
        }
      }
    }
  }

  private static void copyRows(long src, long srcBytes, long dst, int rows) {
    for (int i = 0; i < rows; i++) {
      long from = src + i * srcBytes;
      long to = dst + (long) i * COLUMN_BYTES;
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, from, Lanes.ORDER)
          .intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, from + COLUMN_BYTES / 2, Lanes.ORDER)
          .intoMemorySegment(Memory.ALL, to + COLUMN_BYTES / 2, Lanes.ORDER);
    }
  }

  /** A few channels at a time: all their taps lie in the same lines of memory. */
  private void gather(
      long src,
      long inStride,
      long outStride,
      long groupStride,
      long zStride,
      long yStride,
      long xStride,
      int panel,
      long panelAt) {
    int in = groupIn / joined;
    int out = groupOut / joined;
    int[] xTaps = grid.x().taps();
    int group = panel / panels;
    int firstColumn = panel % panels * COLUMNS;
    for (int firstC = 0; firstC < groupIn; firstC += PACK_CHANNELS) {
      int lastC = Math.min(groupIn, firstC + PACK_CHANNELS);
      int rows = 0;
      for (int outer : stack == null ? ALONE : xTaps) {
        for (int z : grid.z().taps()) {
          for (int y : grid.y().taps()) {
            for (int inner : stack == null ? xTaps : ALONE) {
              int x = outer + inner;
              long tap = src + 4 * (z * zStride + y * yStride + x * xStride);
              long to = panelAt + (long) (rows + firstC) * COLUMN_BYTES;
              rows += groupIn;
              for (int c = firstC; c < lastC; c++) {
                long from =
                    tap + 4L * (group * joined + c / in) * groupStride + 4L * (c % in) * inStride;
                row(from, outStride, firstColumn, c / in, out, to);
                to += COLUMN_BYTES;
              }
            }
          }
        }
      }
    }
  }

  /** One row of a panel: weights of one tap and channel for all columns of the panel. */
  private void row(long from, long outStride, int firstColumn, int part, int out, long to) {
    if (joined == 1) {
      int count = Math.min(COLUMNS, groupOut - firstColumn);
      long at = from + 4L * firstColumn * outStride;
      for (int j = 0; j < count; j++) {
        Memory.ALL.set(
            Memory.F32, to + 4L * j, Memory.ALL.get(Memory.F32, at + 4L * j * outStride));
      }
      for (int j = count; j < COLUMNS; j++) {
        Memory.ALL.set(Memory.F32, to + 4L * j, 0f);
      }
      return;
    }
    for (int j = 0; j < COLUMNS; j++) {
      int o = firstColumn + j;
      boolean connected = o < groupOut && o / out == part;
      float value = connected ? Memory.ALL.get(Memory.F32, from + 4L * (o % out) * outStride) : 0f;
      Memory.ALL.set(Memory.F32, to + 4L * j, value);
    }
  }

  /** Into how many tasks packing is cut. */
  int packTasks() {
    return Math.min(PACK_TASKS, Math.max(groups * panels, TurnedTapsF32.blocks(groupIn)));
  }

  /** Runs one task. */
  void run(
      long src,
      long packed,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    int rowBlock = task / split.panelBlocks();
    int panelBlock = task % split.panelBlocks();
    int all = groups * panels;
    run(
        src,
        packed,
        bias,
        lo,
        hi,
        dst,
        epilogue,
        buffers,
        Parts.begin(tiles, split.rowBlocks(), rowBlock),
        Parts.begin(tiles, split.rowBlocks(), rowBlock + 1),
        Parts.begin(all, split.panelBlocks(), panelBlock),
        Parts.begin(all, split.panelBlocks(), panelBlock + 1));
  }

  /** Number of tiles of a line. */
  int lineTiles() {
    return lineTiles;
  }

  /** Runs some tiles, counted through all lines, for some panels. */
  void runTiles(
      long src,
      long packed,
      long bias,
      float lo,
      float hi,
      long dst,
      int firstTile,
      int lastTile,
      int firstPanel,
      int lastPanel) {
    run(
        src,
        packed,
        bias,
        lo,
        hi,
        dst,
        null,
        NO_BUFFERS,
        firstTile,
        lastTile,
        firstPanel,
        lastPanel);
  }

  private void run(
      long src,
      long packed,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int firstTile,
      int lastTile,
      int firstPanel,
      int lastPanel) {
    GemmScratchF32 scratch = GemmScratchF32.get();
    float[] block = scratch.left(leftRows());
    for (int panel = firstPanel; panel < lastPanel; ) {
      int group = panel / panels;
      int end = Math.min(lastPanel, (group + 1) * panels);
      for (int tile = firstTile; tile < lastTile; tile += blockTiles) {
        int endTile = Math.min(lastTile, tile + blockTiles);
        block(
            src, packed, bias, lo, hi, dst, epilogue, buffers, tile, endTile, panel, end, block,
            scratch);
      }
      panel = end;
    }
  }

  /** All depths of some tiles of pixels, for some panels of one group. */
  private void block(
      long src,
      long packed,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int firstTile,
      int lastTile,
      int firstPanel,
      int lastPanel,
      float[] block,
      GemmScratchF32 scratch) {
    int group = firstPanel / panels;
    long firstPixel = firstPixel(firstTile);
    int pixels = (int) (firstPixel(lastTile) - firstPixel);
    long from = src + 4L * group * groupIn;
    long rowLength = gather.rowLength();
    int done = 0;
    int depths = stack == null ? gather.depths() : 1;
    for (int d = 0; d < depths; d++) {
      int depth = stack == null ? gather.length(d) : (int) rowLength;
      if (stack == null) {
        gather.run(from, firstPixel, pixels, d, block);
      } else {
        stack(from, firstTile, lastTile, block);
      }
      boolean last = d == depths - 1;
      float low = last ? lo : Float.NEGATIVE_INFINITY;
      float high = last ? hi : Float.POSITIVE_INFINITY;
      for (int panel = firstPanel; panel < lastPanel; panel++) {
        int columnInGroup = panel % panels * COLUMNS;
        int columns = Math.min(COLUMNS, groupOut - columnInGroup);
        int column = group * groupOut + columnInGroup;
        long weights = packed + (panel * rowLength + done) * COLUMN_BYTES;
        long init = d > 0 || bias == 0 ? 0 : bias + 4L * column;
        scratch.ahead.clear();
        if (isFar && panel + 1 < lastPanel) {
          scratch.ahead.set(weights + rowLength * COLUMN_BYTES, (long) depth * COLUMN_BYTES);
        }
        panel(
            depth, d > 0, columns, column, block, firstTile, lastTile, weights, init, low, high,
            dst, scratch);
      }
      done += depth;
    }
    if (epilogue != null) {
      finish(epilogue, buffers, dst, firstPixel, pixels, firstPanel, lastPanel);
    }
  }

  private void panel(
      int depth,
      boolean add,
      int columns,
      int column,
      float[] block,
      int firstTile,
      int lastTile,
      long weights,
      long bias,
      float lo,
      float hi,
      long dst,
      GemmScratchF32 scratch) {
    GemmAheadF32 ahead = scratch.ahead;
    long edge = scratch.tile;
    boolean clamp = lo > Float.NEGATIVE_INFINITY || hi < Float.POSITIVE_INFINITY;
    boolean whole = columns == COLUMNS;
    long pixelBytes = 4L * outChannels * grid.dstPixel();
    int at = 0;
    for (int tile = firstTile; tile < lastTile; tile++) {
      int inLine = start(tile % lineTiles);
      int height = start(tile % lineTiles + 1) - inLine;
      boolean isTall = height == tallHeight;
      GemmTileF32 kernel = whole ? (isTall ? tall : low) : isTall ? tallLast : lowLast;
      long to =
          dst
              + 4L * outChannels * (byLine ? grid.lineStart(tile / lineTiles) : 0)
              + inLine * pixelBytes
              + 4L * column;
      long init = add ? to : bias == 0 ? ZEROS : bias;
      long initBytes = add ? pixelBytes : 0;
      if (whole && !clamp) {
        long next = isFar ? ahead.take(depth, weights) : weights;
        kernel.run(depth, block, at, weights, 0, init, initBytes, to, pixelBytes, next);
      } else {
        // Made in scratch memory, which stays in L1, and then copied.
        if (columns % Lanes.F32_LENGTH != 0) {
          GemmEdgesF32.copy(init, initBytes, edge, COLUMN_BYTES, add ? height : 1, columns);
          init = edge;
          initBytes = add ? COLUMN_BYTES : 0;
        }
        long next = isFar ? ahead.take(depth, weights) : weights;
        kernel.run(depth, block, at, weights, 0, init, initBytes, edge, COLUMN_BYTES, next);
        GemmEdgesF32.finishTile(edge, to, pixelBytes, height, columns, lo, hi);
      }
      at += stack == null ? height * GemmTilesF32.ROW : stack.length(height);
    }
  }

  /** Stacks the columns of some tiles one behind the other. */
  private void stack(long src, int firstTile, int lastTile, float[] block) {
    TapStackF32 columns = requireNonNull(stack);
    int at = 0;
    for (int tile = firstTile; tile < lastTile; tile++) {
      int x = start(tile % lineTiles);
      int height = start(tile % lineTiles + 1) - x;
      columns.run(src, tile / lineTiles, x, height, block, at);
      at += columns.length(height);
    }
  }

  /** Hands the finished panels of a block of one dense line to the epilogue. */
  private void finish(
      Epilogue epilogue,
      long[] buffers,
      long dst,
      long firstPixel,
      int pixels,
      int firstPanel,
      int lastPanel) {
    int together = Math.max(1, EPILOGUE_ELEMENTS / (pixels * COLUMNS));
    long pixelBytes = 4L * outChannels;
    int group = firstPanel / panels;
    for (int panel = firstPanel; panel < lastPanel; panel += together) {
      int first = panel % panels * COLUMNS;
      int end = Math.min(groupOut, first + Math.min(together, lastPanel - panel) * COLUMNS);
      int column = group * groupOut + first;
      epilogue.apply(
          buffers,
          dst + firstPixel * pixelBytes + 4L * column,
          pixelBytes,
          firstPixel,
          pixels,
          column,
          end - first);
    }
  }

  private long firstPixel(int tile) {
    return (long) (tile / lineTiles) * lineLength + start(tile % lineTiles);
  }

  /** Where a tile of a line starts: full tiles and a rest by line, else tiles as even as can be. */
  private int start(int tile) {
    return apart
        ? Math.min(lineLength, tile * GemmTilesF32.HEIGHT)
        : Parts.begin(lineLength, lineTiles, tile);
  }
}
