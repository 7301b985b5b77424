package dev.gatun.kernels;

import dev.gatun.kernels.ConvGeometry.Axis;
import jdk.incubator.vector.FloatVector;

/**
 * The weight gradient of a convolution of 3 x 3 or 5 x 5 taps by Winograd's algorithm: a quarter or
 * 36 percent of the multiplications. See {@link ConvWinogradPoints}.
 *
 * <p>A convolution's pixels are linear in the products at the points, these in the values of the
 * filters; the gradient goes the same way back. Where the forward pass multiplies values of filters
 * and input, the gradient of the filters' values at a point is the product of two matrices: values
 * of the gradient of the output [tiles, outChannels], transposed, and those of the input [tiles,
 * inChannels].
 *
 * <p>While all sums of products fit into L2, a task has a part of the tiles to itself, a few at a
 * time, and sums of its own, which are added up in their order. Else tiles are taken in rounds, so
 * that their values stay in L3: values of input and gradient at the points are written in one
 * phase, then the products of each point are added to its sums, in tasks by point and block of
 * output channels. The last phase makes taps of the sums.
 */
final class ConvWeightWinogradF32 extends ConvWeightGradientF32 {
  private static final int POINTS = ConvWinogradPoints.POINTS;
  private static final int PRODUCTS = ConvWinogradPoints.PRODUCTS;
  private static final int L = Lanes.F32_LENGTH;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final long COLUMN_BYTES = 4L * COLUMNS;

  /** Values of a round, of input and gradient together. */
  private static final long ROUND_BYTES = 8L << 20;

  /** Tiles multiplied at a time: a panel of them stays in L1, with the left columns of a tile. */
  private static final int DEPTH = 192;

  /** Rows of a block of the products, for each of the points. */
  private static final int BLOCK_ROWS = 96;

  /** Tasks there should be of the phases that only move and transform. */
  private static final int TASKS = 48;

  private static final int MOST_TAPS = 25;

  /** Sums of a task's own, beside which values of {@link #PART_TILES} tiles stay in L2. */
  private static final long SUM_BYTES = 320 << 10;

  private static final int PART_TILES = 32;
  private static final int PARTS = 16;
  private static final int SUM_FLOATS = 1 << 13;

  // Cycles of one core, from measurements on 4 threads: most of this is bound by L3.
  private static final double FMA = 1.4;
  private static final double TAPS_FMA = 2;
  private static final double VALUES = 2700; // a tile's values of a vector of channels, to L3
  private static final double NEAR_VALUES = 700; // to L2
  private static final double SUM = 60; // of a vector of sums, written and read
  private static final double TAPS_SUM = 40;
  private static final double WORTH_IT = 0.85;

  private final ConvGeometry g;
  private final int kernel;
  private final int side; // of an output tile
  private final int tilesX;
  private final int tilesY;
  private final int tiles;
  private final int parts; // 0 for rounds
  private final int rounds;
  private final int roundTiles; // of the longest round
  private final int in;
  private final int out;
  private final int inWidth; // channels, filled up to panels
  private final int outWidth; // channels, filled up to vectors
  private final int panels;
  private final int blocks; // of rows of a product
  private final int blockRows; // of the largest
  private final int valueTasks;
  private final int tapTasks;

  ConvWeightWinogradF32(ConvGeometry g) {
    this(g, ROUND_BYTES, SUM_BYTES);
  }

  ConvWeightWinogradF32(ConvGeometry g, long roundBytes, long mostSumBytes) {
    this.g = g;
    kernel = g.width().kernel();
    side = ConvWinogradPoints.tile(kernel);
    tilesX = Math.ceilDiv(g.width().out(), side);
    tilesY = Math.ceilDiv(g.height().out(), side);
    tiles = ConvWinogradF32.tiles(g);
    in = g.inChannels();
    out = g.outChannels();
    panels = PackedWeightsF32.panels(in);
    inWidth = panels * COLUMNS;
    outWidth = Math.ceilDiv(out, L) * L;
    parts = sumBytes(g) <= mostSumBytes ? Math.clamp(tiles / PART_TILES, 1, PARTS) : 0;
    long tileBytes = 4L * PRODUCTS * (inWidth + outWidth);
    rounds =
        parts > 0 ? 0 : Math.toIntExact(Math.max(1, Math.ceilDiv(tiles * tileBytes, roundBytes)));
    roundTiles = parts > 0 ? PART_TILES : Math.ceilDiv(tiles, rounds);
    blocks = Math.ceilDiv(out, BLOCK_ROWS);
    blockRows = Math.ceilDiv(out, blocks);
    valueTasks = Math.min(TASKS, roundTiles);
    tapTasks = Math.min(TASKS, out);
    for (int block = 0; block < blocks; block++) {
      int rows = Parts.begin(out, blocks, block + 1) - Parts.begin(out, blocks, block);
      GemmTilesF32.prepareColumns(rows);
    }
  }

  /** Whether a geometry is one for which the algorithm exists and is the fastest. */
  static boolean wins(ConvGeometry g) {
    if (!ConvWinogradF32.isEnabled() || !ConvWinogradF32.accepts(g)) {
      return false;
    }
    // Multiplications of both ways, in vectors; then transforms, and sums that become taps.
    double vectors = Math.ceilDiv(g.inChannels(), L) + Math.ceilDiv(g.outChannels(), L);
    double pairs = (double) g.outChannels() * Math.ceilDiv(g.inChannels(), L);
    double tiles = ConvWinogradF32.tiles(g);
    boolean near = sumBytes(g) <= SUM_BYTES;
    double here =
        PRODUCTS * pairs * (tiles * FMA + (near ? 4 : 1) * SUM)
            + tiles * vectors * (near ? NEAR_VALUES : VALUES);
    double columns = Math.ceil((double) g.taps() * g.inChannels() / L);
    double there = g.outChannels() * columns * (g.pixels() * TAPS_FMA + TAPS_SUM);
    return here < WORTH_IT * there;
  }

  /** Sums of all points. */
  private static long sumBytes(ConvGeometry g) {
    long columns = (long) PackedWeightsF32.panels(g.inChannels()) * COLUMNS;
    return 4L * PRODUCTS * g.outChannels() * columns;
  }

  private long valueBytes() {
    return 4L * PRODUCTS * roundTiles * (inWidth + outWidth);
  }

  @Override
  public long scratchBytes() {
    return Math.max(1, parts) * (valueBytes() + sumBytes(g));
  }

  @Override
  public String note() {
    return "winograd, "
        + tiles
        + " tiles"
        + (rounds > 1 ? " in " + rounds + " rounds" : parts > 0 ? " in " + parts + " parts" : "");
  }

  @Override
  public int phases() {
    return parts > 0 ? 3 : 2 * rounds + 1;
  }

  @Override
  public int tasks(int phase) {
    if (parts > 0) {
      return phase == 0 ? parts : phase == 1 ? sumTasks() : tapTasks;
    }
    return phase == 2 * rounds ? tapTasks : phase % 2 == 0 ? valueTasks : PRODUCTS * blocks;
  }

  @Override
  public void run(int phase, long x, long dy, long dw, long scratch, int task) {
    // Values [product][panel][tile][COLUMNS] and [product][tile][outWidth], sums
    // [product][row][inWidth].
    long gradients = scratch + 4L * PRODUCTS * roundTiles * inWidth;
    long sums = scratch + valueBytes();
    if (parts > 0 && phase == 0) {
      part(x, dy, scratch + task * (valueBytes() + sumBytes(g)), task);
      return;
    }
    if (parts > 0 && phase == 1) {
      addParts(sums, task);
      return;
    }
    if (phase == phases() - 1) {
      taps(sums, dw, Parts.begin(out, tapTasks, task), Parts.begin(out, tapTasks, task + 1));
      return;
    }
    int round = phase / 2;
    int first = Parts.begin(tiles, rounds, round);
    int count = Parts.begin(tiles, rounds, round + 1) - first;
    if (phase % 2 == 0) {
      int from = Parts.begin(count, valueTasks, task);
      int to = Parts.begin(count, valueTasks, task + 1);
      values(x, dy, scratch, gradients, first, from, to);
    } else {
      product(scratch, gradients, sums, count, round == 0, task / blocks, task % blocks);
    }
  }

  private int sumTasks() {
    return (int) Math.ceilDiv(sumBytes(g), 4L * SUM_FLOATS);
  }

  /** A part of the tiles, from values to sums. */
  private void part(long x, long dy, long scratch, int part) {
    long gradients = scratch + 4L * PRODUCTS * roundTiles * inWidth;
    int begin = Parts.begin(tiles, parts, part);
    int all = Parts.begin(tiles, parts, part + 1) - begin;
    int times = Math.ceilDiv(all, roundTiles);
    for (int i = 0; i < times; i++) {
      int first = Parts.begin(all, times, i);
      int count = Parts.begin(all, times, i + 1) - first;
      values(x, dy, scratch, gradients, begin + first, 0, count);
      for (int point = 0; point < PRODUCTS; point++) {
        for (int block = 0; block < blocks; block++) {
          product(scratch, gradients, scratch + valueBytes(), count, i == 0, point, block);
        }
      }
    }
  }

  /** Adds the sums of all parts to those of the first. */
  private void addParts(long sums, int task) {
    long first = (long) task * SUM_FLOATS;
    int count = (int) Math.min(SUM_FLOATS, sumBytes(g) / 4 - first); // whole vectors
    for (int part = 1; part < parts; part++) {
      add(sums + part * (valueBytes() + sumBytes(g)) + 4 * first, sums + 4 * first, count);
    }
  }

  private static void add(long src, long dst, int count) {
    for (int i = 0; i < count; i += L) {
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, src + 4L * i, Lanes.ORDER)
          .add(FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, dst + 4L * i, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, dst + 4L * i, Lanes.ORDER);
    }
  }

  /** Values at the points of tiles first + from to first + to, of input and gradient. */
  private void values(long x, long dy, long inputs, long gradients, int first, int from, int to) {
    ConvWinogradScratchF32 scratch =
        ConvWinogradScratchF32.get(4L * POINTS * in, scratchFloats() * 4L, 0);
    for (int i = from; i < to; i++) {
      inputValues(x, first + i, inputs + i * COLUMN_BYTES, scratch);
      gradientValues(dy, first + i, gradients + 4L * i * outWidth, scratch);
    }
  }

  private long scratchFloats() {
    long widest = Math.max(inWidth, outWidth);
    return 2L * POINTS * POINTS * widest + L;
  }

  private void inputValues(long x, int tile, long dst, ConvWinogradScratchF32 scratch) {
    Axis height = g.height();
    Axis width = g.width();
    int left = tile % tilesX * side - width.padBefore();
    int top = tile / tilesX % tilesY * side - height.padBefore();
    long image = tile / tilesX / tilesY;
    int before = Math.clamp(-(long) left, 0, POINTS);
    int after = Math.clamp((long) left + POINTS - width.in(), 0, POINTS - before);
    int inside = POINTS - before - after;
    long pixelBytes = 4L * in;
    long rowBytes = width.in() * pixelBytes;
    long lineBytes = 4L * ((long) POINTS * in + L); // whole vectors are written
    if (inside > 0) {
      long at = x + image * height.in() * rowBytes + (left + before) * pixelBytes;
      ConvWinogradInputF32.down(
          row(at, top, height, rowBytes, scratch.zeros),
          row(at, top + 1, height, rowBytes, scratch.zeros),
          row(at, top + 2, height, rowBytes, scratch.zeros),
          row(at, top + 3, height, rowBytes, scratch.zeros),
          row(at, top + 4, height, rowBytes, scratch.zeros),
          row(at, top + 5, height, rowBytes, scratch.zeros),
          inside * in,
          scratch.columns + before * pixelBytes,
          lineBytes);
    }
    if (before + after > 0) {
      for (int i = 0; i < POINTS; i++) {
        long line = scratch.columns + i * lineBytes;
        zero(line, before * pixelBytes);
        zero(line + (before + inside) * pixelBytes, after * pixelBytes);
      }
    }
    long panelBytes = roundTiles * COLUMN_BYTES;
    for (int panel = 0; panel < panels; panel++) {
      int vectors = Math.ceilDiv(Math.min(COLUMNS, in - panel * COLUMNS), L);
      for (int i = 0; i < POINTS; i++) {
        ConvWinogradInputF32.across(
            scratch.columns + i * lineBytes + panel * COLUMN_BYTES,
            pixelBytes,
            vectors,
            dst + ((long) i * POINTS * panels + panel) * panelBytes,
            panels * panelBytes);
      }
    }
  }

  private static long row(long at, int y, Axis height, long rowBytes, long zeros) {
    return y < 0 || y >= height.in() ? zeros : at + y * rowBytes;
  }

  private static void zero(long at, long bytes) {
    Memory.ALL.asSlice(at, bytes).fill((byte) 0);
  }

  private void gradientValues(long dy, int tile, long dst, ConvWinogradScratchF32 scratch) {
    int left = tile % tilesX * side;
    int top = tile / tilesX % tilesY * side;
    long image = tile / tilesX / tilesY;
    int width = g.width().out();
    int height = g.height().out();
    int w = Math.min(side, width - left);
    int h = Math.min(side, height - top);
    long pixelBytes = 4L * out;
    long rowBytes = width * pixelBytes;
    long from = dy + ((image * height + top) * width + left) * pixelBytes;
    long wide = 4L * outWidth;
    int vectors = outWidth / L;
    // Pixels [side][side][outWidth]; those that stick out of the image, and channels, are zero.
    boolean whole = w == side && h == side && out == outWidth;
    long pixels = scratch.columns;
    long between = pixels + (long) POINTS * POINTS * wide;
    if (!whole) {
      zero(pixels, (long) side * side * wide);
      for (int r = 0; r < h; r++) {
        GemmEdgesF32.copy(
            from + r * rowBytes, pixelBytes, pixels + (long) r * side * wide, wide, w, out);
      }
    }
    for (int column = 0; column < side; column++) {
      ConvWinogradValuesF32.ofPixels(
          side,
          whole ? from + column * pixelBytes : pixels + column * wide,
          whole ? rowBytes : side * wide,
          vectors,
          between + column * wide,
          side * wide);
    }
    long productBytes = roundTiles * wide;
    for (int i = 0; i < POINTS; i++) {
      ConvWinogradValuesF32.ofPixels(
          side,
          between + (long) i * side * wide,
          wide,
          vectors,
          dst + (long) i * POINTS * productBytes,
          productBytes);
    }
  }

  /** Adds the product of a round's values at a point to its sums. */
  private void product(
      long inputs, long gradients, long sums, int count, boolean isFirst, int point, int block) {
    int first = Parts.begin(out, blocks, block);
    int rows = Parts.begin(out, blocks, block + 1) - first;
    int rowTiles = Math.ceilDiv(rows, GemmTilesF32.HEIGHT);
    float[] left = GemmScratchF32.get().left(Math.ceilDiv(blockRows * DEPTH + L, GemmTilesF32.ROW));
    long wide = 4L * outWidth;
    long sumBytes = 4L * inWidth;
    long from = gradients + ((long) point * roundTiles * outWidth + first) * 4;
    long right = inputs + (long) point * panels * roundTiles * COLUMN_BYTES;
    long to = sums + ((long) point * out + first) * sumBytes;
    int tallHeight = Math.ceilDiv(rows, rowTiles);
    GemmTileF32 tall = GemmTilesF32.columns(tallHeight);
    GemmTileF32 low = GemmTilesF32.columns(rows / rowTiles);
    int depths = Math.ceilDiv(count, DEPTH);
    for (int d = 0; d < depths; d++) {
      int k0 = Parts.begin(count, depths, d);
      int depth = Parts.begin(count, depths, d + 1) - k0;
      boolean add = d > 0 || !isFirst;
      for (int t = 0; t < rowTiles; t++) {
        int row = Parts.begin(rows, rowTiles, t);
        int height = Parts.begin(rows, rowTiles, t + 1) - row;
        columns(from + k0 * wide + 4L * row, wide, depth, height, left, row * DEPTH);
      }
      for (int panel = 0; panel < panels; panel++) {
        long b = right + ((long) panel * roundTiles + k0) * COLUMN_BYTES;
        for (int t = 0; t < rowTiles; t++) {
          int row = Parts.begin(rows, rowTiles, t);
          int height = Parts.begin(rows, rowTiles, t + 1) - row;
          long c = to + row * sumBytes + panel * COLUMN_BYTES;
          long init = add ? c : GemmF32.ZEROS;
          GemmTileF32 tile = height == tallHeight ? tall : low;
          tile.run(depth, left, row * DEPTH, b, 0, init, add ? sumBytes : 0, c, sumBytes);
        }
      }
    }
  }

  /** Copies a tile's left values, [term][height]; whole vectors, whose ends the next one covers. */
  private static void columns(
      long src, long srcRowBytes, int terms, int height, float[] dst, int at) {
    if (height > L) {
      for (int k = 0; k < terms; k++) {
        for (int c = 0; c < height; c += L) {
          long from = src + k * srcRowBytes + 4L * c;
          FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, from, Lanes.ORDER)
              .intoArray(dst, at + k * height + c);
        }
      }
      return;
    }
    for (int k = 0; k < terms; k++) {
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, src + k * srcRowBytes, Lanes.ORDER)
          .intoArray(dst, at + k * height);
    }
  }

  /** Taps of some output channels. */
  private void taps(long sums, long dw, int first, int last) {
    ConvWinogradScratchF32 scratch =
        ConvWinogradScratchF32.get(0, 4L * ((long) POINTS * kernel + MOST_TAPS) * inWidth, 0);
    long wide = 4L * inWidth;
    long productBytes = out * wide;
    int taps = kernel * kernel;
    int vectors = inWidth / L;
    long result = scratch.columns + (long) POINTS * kernel * wide;
    for (int row = first; row < last; row++) {
      for (int j = 0; j < POINTS; j++) {
        ConvWinogradTapsF32.run(
            kernel,
            sums + row * wide + j * productBytes,
            POINTS * productBytes,
            vectors,
            scratch.columns + j * wide,
            POINTS * wide);
      }
      for (int i = 0; i < kernel; i++) {
        ConvWinogradTapsF32.run(
            kernel,
            scratch.columns + (long) i * POINTS * wide,
            wide,
            vectors,
            result + (long) i * kernel * wide,
            wide);
      }
      PackedWeightsF32.transpose(result, wide, taps, in, dw + 4L * taps * row * in, 4L * taps);
    }
  }
}
