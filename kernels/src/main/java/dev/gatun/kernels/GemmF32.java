package dev.gatun.kernels;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a matrix product c[m, n] = clamp(init + a[m, k] * b[k, n]) in float32.
 *
 * <p>Compute bound for more than a few rows, else bound by reading b. A task copies its block of
 * left rows, one depth of at most {@link GemmTilesF32#DEPTH} at a time, into an array that stays in
 * L2, and walks the panels of b past it: for each panel, every tile of rows. Tiles are as even as
 * possible, so a plan uses at most two heights. Products deeper than that add to c in memory.
 *
 * <p>Rows may be any distance apart, in a, b and c alike; nothing outside the matrices is read or
 * written. c is written, so it must not overlap a or b. A plan is immutable and may be run by any
 * number of threads at once.
 */
public final class GemmF32 {
  /** What the right matrix looks like in memory. */
  public enum Right {
    /** Panels of {@link PackedWeightsF32}. */
    PACKED,
    /** Rows [k, n]. */
    ROWS,
    /** The transpose: rows [n, k]. */
    TRANSPOSED
  }

  /** What the left matrix looks like in memory. */
  public enum Left {
    /** Rows [m, k]. */
    ROWS,
    /** The transpose: rows [k, m]. */
    TRANSPOSED
  }

  private static final long[] NO_BUFFERS = {};
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int COLUMN_BYTES = 4 * COLUMNS;

  /** A row for all panels that are taken at a time. */
  static final long ZEROS =
      Arena.global().allocate((long) GemmRowF32.PANELS * COLUMN_BYTES, Memory.ALIGNMENT).address();

  /** Left rows take this part of L2; a panel of the right matrix and c need the rest. */
  private static final int MOST_TILES =
      Math.clamp(
          Cpu.get().l2Bytes() * 6 / 10 / (4L * GemmTilesF32.ROW * GemmTilesF32.HEIGHT), 1, 64);

  /** Panels below this stay in L2, and a few rows at a time walk past all of them. */
  private static final long RESIDENT_BYTES = Cpu.get().l2Bytes() / 2;

  /** Left floats or results of these few rows, which stay in L1. */
  private static final int BLOCK_FLOATS = 4 << 10;

  /** Tiles whose left columns are copied together, so that whole cache lines of a row are read. */
  private static final int LEAST_TILES = Math.min(4, MOST_TILES);

  /** Floats between the left values of two tiles that lie term by term: a vector's overhang. */
  private static final int GAP = GemmTilesF32.ROW - GemmTilesF32.DEPTH;

  /** Blocks handed to an epilogue have at most this many elements (unless one panel has more). */
  private static final int EPILOGUE_ELEMENTS = 24 << 10;

  private final int m;
  private final int n;
  private final int k;
  private final Left left;
  private final Right right;
  private final int tiles;
  private final int panels;
  private final int depths;
  private final int depth;
  private final GemmSplitF32 split;
  private final int blockTiles;
  private final int tallHeight;
  private final GemmTileF32 tall;
  private final GemmTileF32 low;
  private final GemmTileF32 tallLast;
  private final GemmTileF32 lowLast;
  private final @Nullable GemmTileF32 direct;
  private final boolean dots;
  private final boolean isFar;

  /** Whether panels are taken several at a time, for one row. */
  private final boolean isRow;

  /** Whether left values of a tile are kept as they lie in memory, term by term. */
  private final boolean byTerm;

  /** How the packed right matrix is widened, if it has fewer bits. */
  private final @Nullable NarrowWeights narrow;

  private GemmF32(
      int m, int n, int k, Left left, Right right, @Nullable NarrowWeights narrow, int threads) {
    this.narrow = narrow;
    this.m = m;
    this.n = n;
    this.k = k;
    this.left = left;
    this.right = right;
    panels = PackedWeightsF32.panels(n);
    tiles = Math.max(1, Math.ceilDiv(m, GemmTilesF32.HEIGHT));
    depths = Math.max(1, Math.ceilDiv(k, GemmTilesF32.DEPTH));
    // Even depths, each of whole cache lines of left floats.
    depth = Math.ceilDiv(Math.ceilDiv(k, depths), 16) * 16;
    tallHeight = Math.ceilDiv(m, tiles);
    // Packing pays only when a panel is used by several tiles.
    boolean inPlace = right == Right.ROWS && tiles == 1 && n >= COLUMNS;
    direct = inPlace ? GemmTilesF32.rows(Math.max(1, m)) : null;
    dots = right == Right.TRANSPOSED && m <= GemmDotsF32.MOST_ROWS;
    byTerm = left == Left.TRANSPOSED && !inPlace && !dots;
    isRow = m == 1 && right == Right.PACKED && narrow == null;
    int lowHeight = Math.max(1, m / tiles);
    int lastColumns = n - Math.max(0, panels - 1) * COLUMNS;
    if (byTerm) {
      tall = GemmTilesF32.columns(Math.max(1, tallHeight));
      low = GemmTilesF32.columns(lowHeight);
      tallLast = tall;
      lowLast = low;
    } else {
      tall = GemmTilesF32.packed(Math.max(1, tallHeight));
      low = GemmTilesF32.packed(lowHeight);
      tallLast = GemmTilesF32.packed(Math.max(1, tallHeight), lastColumns);
      lowLast = GemmTilesF32.packed(lowHeight, lastColumns);
    }
    if (m == 0 || n == 0) {
      split = new GemmSplitF32(0, 0);
      blockTiles = 1;
      isFar = false;
    } else {
      boolean packed = right == Right.PACKED && narrow == null;
      GemmSplitF32.Costs costs = byTerm ? GemmSplitF32.Costs.COLUMNS : GemmSplitF32.Costs.ROWS;
      split = GemmSplitF32.choose(tiles, tallHeight, MOST_TILES, panels, k, packed, threads, costs);
      long taskPanels = Math.ceilDiv(panels, split.panelBlocks());
      boolean resident = packed && taskPanels * k * COLUMN_BYTES <= RESIDENT_BYTES;
      long floats = (long) GemmTilesF32.HEIGHT * Math.max(k, taskPanels * COLUMNS);
      isFar = packed && !resident;
      int few = (int) Math.max(byTerm ? LEAST_TILES : 1, BLOCK_FLOATS / floats);
      blockTiles = resident ? few : MOST_TILES;
      int taskTiles = Math.ceilDiv(tiles, split.rowBlocks());
      GemmScratchF32.expect(Math.min(blockTiles, taskTiles) * tallHeight);
    }
  }

  /** A plan for rows [m, k] times packed weights [k, n]. */
  public static GemmF32 plan(int m, int n, int k, int threads) {
    return plan(m, n, k, Left.ROWS, Right.PACKED, threads);
  }

  /** A plan for the given layouts. */
  public static GemmF32 plan(int m, int n, int k, Left left, Right right, int threads) {
    if (m < 0 || n < 0 || k < 0 || threads < 1) {
      throw new IllegalArgumentException(
          "matrix product [%d, %d] x [%d, %d] on %d threads: sizes must not be negative"
              .formatted(m, k, k, n, threads));
    }
    return new GemmF32(m, n, k, left, right, null, threads);
  }

  /** A plan for rows [m, k] times weights of fewer bits, which become float32 panel by panel. */
  static GemmF32 plan(int m, NarrowWeights weights, int threads) {
    return new GemmF32(m, weights.n(), weights.k(), Left.ROWS, Right.PACKED, weights, threads);
  }

  /** Number of tasks; they may run in any order and at the same time. */
  public int tasks() {
    return split.rowBlocks() * split.panelBlocks();
  }

  /** Floating point operations of all tasks. */
  public double flops() {
    return 2.0 * m * n * k;
  }

  /**
   * Runs one task on packed weights with a bias for each column, or none if {@code bias} is 0.
   *
   * @param lo lower bound of the result, negative infinity for none
   * @param hi upper bound of the result, positive infinity for none
   */
  public void run(
      long a,
      long aRowBytes,
      long packed,
      long bias,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    run(a, aRowBytes, packed, 0, bias, 0, lo, hi, c, cRowBytes, epilogue, buffers, task);
  }

  /** Runs one task of c = a * b. */
  public void run(
      long a, long aRowBytes, long b, long bRowBytes, long c, long cRowBytes, int task) {
    float inf = Float.POSITIVE_INFINITY;
    run(a, aRowBytes, b, bRowBytes, 0, 0, -inf, inf, c, cRowBytes, null, NO_BUFFERS, task);
  }

  /**
   * Runs one task.
   *
   * @param a address of the left matrix
   * @param aRowBytes distance between its rows in memory
   * @param b address of the right matrix
   * @param bRowBytes distance between its rows in memory, ignored when packed
   * @param init address of what the product is added to: 0 for nothing, c to add to c
   * @param initRowBytes distance between the rows of init, 0 to add the same row everywhere
   * @param lo lower bound of the result, negative infinity for none
   * @param hi upper bound of the result, positive infinity for none
   * @param c address of the result
   * @param cRowBytes distance between its rows
   * @param epilogue what to do with finished blocks
   * @param buffers addresses for the epilogue
   * @param task from 0 to {@code tasks() - 1}
   */
  public void run(
      long a,
      long aRowBytes,
      long b,
      long bRowBytes,
      long init,
      long initRowBytes,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    run(
        a,
        aRowBytes,
        b,
        bRowBytes,
        init,
        initRowBytes,
        lo,
        hi,
        c,
        cRowBytes,
        epilogue,
        buffers,
        0,
        task);
  }

  /** The same, when the first row is not row 0 for the epilogue. */
  void run(
      long a,
      long aRowBytes,
      long b,
      long bRowBytes,
      long init,
      long initRowBytes,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      @Nullable Epilogue epilogue,
      long[] buffers,
      long epilogueRow,
      int task) {
    int rowBlock = task / split.panelBlocks();
    int panelBlock = task % split.panelBlocks();
    int firstTile = Parts.begin(tiles, split.rowBlocks(), rowBlock);
    int lastTile = Parts.begin(tiles, split.rowBlocks(), rowBlock + 1);
    int firstPanel = Parts.begin(panels, split.panelBlocks(), panelBlock);
    int lastPanel = Parts.begin(panels, split.panelBlocks(), panelBlock + 1);
    for (int tile = firstTile; tile < lastTile; tile += blockTiles) {
      int end = Math.min(lastTile, tile + blockTiles);
      block(
          a,
          aRowBytes,
          b,
          bRowBytes,
          init,
          initRowBytes,
          lo,
          hi,
          c,
          cRowBytes,
          epilogue,
          buffers,
          epilogueRow,
          tile,
          end,
          firstPanel,
          lastPanel);
    }
  }

  /** All depths of some tiles of rows, for some panels. */
  private void block(
      long a,
      long aRowBytes,
      long b,
      long bRowBytes,
      long init,
      long initRowBytes,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      @Nullable Epilogue epilogue,
      long[] buffers,
      long epilogueRow,
      int firstTile,
      int lastTile,
      int firstPanel,
      int lastPanel) {
    int firstRow = Parts.begin(m, tiles, firstTile);
    int rows = Parts.begin(m, tiles, lastTile) - firstRow;
    GemmScratchF32 scratch = GemmScratchF32.get();
    float[] block = scratch.left(rows);
    int group = Math.max(1, EPILOGUE_ELEMENTS / (rows * COLUMNS));
    for (int d = 0; d < depths; d++) {
      int k0 = Math.min(k, d * depth);
      int k1 = Math.min(k, k0 + depth);
      if (byTerm) {
        copyTerms(a, aRowBytes, firstTile, lastTile, k0, k1, block);
      } else {
        copyLeft(a, aRowBytes, firstRow, rows, k0, k1, block, scratch);
      }
      boolean last = d == depths - 1;
      // Clamping to infinities is no clamping; only finished sums are clamped.
      float low = last ? lo : Float.NEGATIVE_INFINITY;
      float high = last ? hi : Float.POSITIVE_INFINITY;
      long from = d == 0 ? init : c;
      long fromRowBytes = d == 0 ? initRowBytes : cRowBytes;
      int grouped = firstPanel;
      int step = 1;
      for (int panel = firstPanel; panel < lastPanel; panel += step) {
        int columns = Math.min(COLUMNS, n - panel * COLUMNS);
        long columnBytes = (long) panel * COLUMN_BYTES;
        long panelFrom = from == 0 ? ZEROS : from + columnBytes;
        long panelFromRowBytes = from == 0 ? 0 : fromRowBytes;
        long panelC = c + columnBytes;
        long r = right(b, bRowBytes, panel, columns, k0, k1, scratch);
        GemmAheadF32 ahead = scratch.ahead;
        ahead.clear();
        if (isFar && panel + 1 < lastPanel) {
          ahead.set(r + (long) k * COLUMN_BYTES, (long) (k1 - k0) * COLUMN_BYTES);
        }
        int several = Math.min(lastPanel, n / COLUMNS) - panel;
        step = isRow && several >= GemmRowF32.PANELS ? GemmRowF32.PANELS : 1;
        if (step > 1) {
          row(k1 - k0, block, r, panelFrom, low, high, panelC, scratch.tile);
        } else if (dots) {
          float[] sums = scratch.sums;
          GemmDotsF32.run(block, m, k1 - k0, r, bRowBytes, columns, sums);
          GemmDotsF32.finish(
              sums, m, columns, panelFrom, panelFromRowBytes, low, high, panelC, cRowBytes);
        } else {
          panel(
              k1 - k0,
              columns,
              block,
              firstTile,
              lastTile,
              r,
              bRowBytes,
              panelFrom,
              panelFromRowBytes,
              low,
              high,
              panelC,
              cRowBytes,
              scratch.tile,
              ahead);
        }
        int end = panel + step;
        if (last && epilogue != null && (end - grouped >= group || end == lastPanel)) {
          int column = grouped * COLUMNS;
          int width = Math.min(n, end * COLUMNS) - column;
          long dst = c + firstRow * cRowBytes + 4L * column;
          epilogue.apply(buffers, dst, cRowBytes, epilogueRow + firstRow, rows, column, width);
          grouped = end;
        }
      }
    }
  }

  /** The only row times several whole panels. */
  private void row(
      int terms, float[] left, long right, long from, float lo, float hi, long c, long tile) {
    boolean there = lo == Float.NEGATIVE_INFINITY && hi == Float.POSITIVE_INFINITY;
    GemmRowF32.run(terms, left, 0, right, (long) k * COLUMN_BYTES, from, there ? c : tile);
    if (!there) {
      GemmEdgesF32.finishTile(tile, c, COLUMN_BYTES, GemmRowF32.PANELS, COLUMNS, lo, hi);
    }
  }

  private void panel(
      int terms,
      int columns,
      float[] block,
      int firstTile,
      int lastTile,
      long right,
      long bRowBytes,
      long from,
      long fromRowBytes,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      long edge,
      GemmAheadF32 ahead) {
    boolean whole = columns == COLUMNS;
    // Elsewhere tiles are made in scratch memory, which stays in L1, and then copied to c.
    boolean there = whole && lo == Float.NEGATIVE_INFINITY && hi == Float.POSITIVE_INFINITY;
    long edgeRowBytes = fromRowBytes == 0 ? 0 : COLUMN_BYTES;
    int firstRow = Parts.begin(m, tiles, firstTile);
    int nextRow = firstRow;
    for (int tile = firstTile; tile < lastTile; tile++) {
      int row = nextRow;
      nextRow = Parts.begin(m, tiles, tile + 1);
      int height = nextRow - row;
      GemmTileF32 kernel = tile(whole, height == tallHeight);
      int at = at(row - firstRow, tile - firstTile, terms);
      long start = from + row * fromRowBytes;
      long startRowBytes = fromRowBytes;
      long to = c + row * cRowBytes;
      if (there) {
        long next = isFar ? ahead.take(terms, right) : right;
        kernel.run(terms, block, at, right, bRowBytes, start, startRowBytes, to, cRowBytes, next);
        continue;
      }
      if (columns % Lanes.F32_LENGTH != 0) {
        int fromRows = fromRowBytes == 0 ? 1 : height;
        GemmEdgesF32.copy(start, fromRowBytes, edge, COLUMN_BYTES, fromRows, columns);
        start = edge;
        startRowBytes = edgeRowBytes;
      }
      long next = isFar ? ahead.take(terms, right) : right;
      kernel.run(
          terms, block, at, right, bRowBytes, start, startRowBytes, edge, COLUMN_BYTES, next);
      GemmEdgesF32.finishTile(edge, to, cRowBytes, height, columns, lo, hi);
    }
  }

  private GemmTileF32 tile(boolean whole, boolean isTall) {
    if (!whole) {
      return isTall ? tallLast : lowLast;
    }
    return direct != null ? direct : isTall ? tall : low;
  }

  /** Where the left values of a tile begin in a block. */
  private int at(int rowOfBlock, int tileOfBlock, int terms) {
    // A copy of the last term ends with whole vectors.
    return byTerm ? rowOfBlock * terms + tileOfBlock * GAP : rowOfBlock * GemmTilesF32.ROW;
  }

  /** Copies left columns, whose rows lie side by side in memory, tile by tile. */
  private void copyTerms(
      long a, long aRowBytes, int firstTile, int lastTile, int k0, int k1, float[] block) {
    int firstRow = Parts.begin(m, tiles, firstTile);
    int firstLow = m % tiles == 0 ? tiles : m % tiles;
    int middle = Math.clamp(firstLow, firstTile, lastTile);
    for (int part = 0; part < 2; part++) {
      int from = part == 0 ? firstTile : middle;
      int to = part == 0 ? middle : lastTile;
      if (from < to) {
        int row = Parts.begin(m, tiles, from);
        int height = Parts.begin(m, tiles, from + 1) - row;
        GemmEdgesF32.copyTerms(
            a + k0 * aRowBytes + 4L * row,
            aRowBytes,
            k1 - k0,
            m - row,
            height,
            to - from,
            block,
            at(row - firstRow, from - firstTile, k1 - k0),
            height * (k1 - k0) + GAP);
      }
    }
  }

  private void copyLeft(
      long a,
      long aRowBytes,
      int firstRow,
      int rows,
      int k0,
      int k1,
      float[] block,
      GemmScratchF32 scratch) {
    int row = GemmTilesF32.ROW;
    if (left == Left.ROWS) {
      long from = a + firstRow * aRowBytes + 4L * k0;
      GemmEdgesF32.copyToArray(from, aRowBytes, rows, k1 - k0, block, 0, row);
      return;
    }
    for (int r = 0; r < rows; r += COLUMNS) {
      int some = Math.min(COLUMNS, rows - r);
      long from = a + k0 * aRowBytes + 4L * (firstRow + r);
      PackedWeightsF32.transpose(from, aRowBytes, k1 - k0, some, scratch.panel, 4L * row);
      GemmEdgesF32.copyToArray(scratch.panel, 4L * row, some, k1 - k0, block, r * row, row);
    }
  }

  /** Address of the rows k0 to k1 of a panel, packed if need be. */
  private long right(
      long b, long bRowBytes, int panel, int columns, int k0, int k1, GemmScratchF32 scratch) {
    switch (right) {
      case PACKED -> {
        if (narrow != null) {
          NarrowPanelF32.unpack(narrow, b, panel, k0, k1, scratch.panel);
          return scratch.panel;
        }
        return b + ((long) panel * k + k0) * COLUMN_BYTES;
      }
      case ROWS -> {
        long from = b + k0 * bRowBytes + (long) panel * COLUMN_BYTES;
        if (direct != null && columns == COLUMNS) {
          return from;
        }
        if (columns == COLUMNS) {
          // Vectors: for plain copies of 128 bytes the calls cost as much as the bytes.
          GemmEdgesF32.copy(from, bRowBytes, scratch.panel, COLUMN_BYTES, k1 - k0, COLUMNS);
        } else {
          PackedWeightsF32.packPanel(from, bRowBytes, columns, k1 - k0, scratch.panel);
        }
      }
      case TRANSPOSED -> {
        long from = b + (long) panel * COLUMNS * bRowBytes + 4L * k0;
        if (dots) {
          return from;
        }
        PackedWeightsF32.packPanelTransposed(from, bRowBytes, columns, k1 - k0, scratch.panel);
      }
    }
    return scratch.panel;
  }
}
