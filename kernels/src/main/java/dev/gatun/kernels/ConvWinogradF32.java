package dev.gatun.kernels;

import dev.gatun.kernels.ConvGeometry.Axis;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions by Winograd's algorithm: of 3 x 3 taps in tiles of 4 x 4 pixels, which takes a
 * quarter of the multiplications, and of 5 x 5 taps in tiles of 2 x 2, 36 percent of them. See
 * {@link ConvWinogradPoints}.
 *
 * <p>Compute bound where the weights, larger than the filters, are used by enough tiles. A task
 * takes a block of tiles and a slice of panels: it transforms all channels of its tiles, then, for
 * a group of panels at a time, multiplies 36 matrices [tiles, channels] by [channels, columns] and
 * combines the products to pixels. Nothing of that leaves L2 except the values of deep layers.
 *
 * <p>Rounding is that of a sum about four times as long (measured in the tests). A NaN or infinity
 * makes all pixels of the tiles that see it NaN or infinite, not only those whose taps do, and
 * inputs above 1e37 may overflow.
 */
final class ConvWinogradF32 extends ConvF32 {
  /** {@code -Dgatun.winograd=false} keeps the rounding of plain sums everywhere. */
  private static final boolean ENABLED =
      Boolean.parseBoolean(System.getProperty("gatun.winograd", "true"));

  private static final int POINTS = ConvWinogradPoints.POINTS;
  private static final int PRODUCTS = ConvWinogradPoints.PRODUCTS;
  private static final int L = Lanes.F32_LENGTH;
  private static final int ROW = GemmTilesF32.ROW;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int COLUMN_BYTES = 4 * COLUMNS;
  private static final long ZEROS =
      Arena.global().allocate(COLUMN_BYTES, Memory.ALIGNMENT).address();

  /** The columns of neighbouring tiles between the passes down and across fit into this. */
  private static final int COLUMNS_BYTES = 20 << 10;

  /** Tiles combined at a time, so that what is between the passes stays in L1. */
  private static final int OUTPUT_TILES = 6;

  private final ConvWinogradWeightsF32 weights;
  private final int side; // of an output tile, in pixels
  private final int in;
  private final int out;
  private final int tilesX;
  private final int tilesY;
  private final int tiles;
  private final int panels;
  private final ConvWinogradSplitF32 split;
  private final int rows;
  private final GemmTileF32 kernel;
  private final int chunks;
  private final int chunk;
  private final int pointsTogether;
  private final int lineTiles;
  private final long lineBytes;

  ConvWinogradF32(ConvGeometry g, boolean flipped, int threads) {
    this(
        g,
        flipped,
        ConvWinogradSplitF32.choose(tiles(g), g.inChannels(), g.outChannels(), threads));
  }

  ConvWinogradF32(ConvGeometry g, boolean flipped, ConvWinogradSplitF32 split) {
    super(g);
    this.split = split;
    int taps = g.width().kernel();
    weights = new ConvWinogradWeightsF32(g.outChannels(), g.inChannels(), taps, flipped);
    side = ConvWinogradPoints.tile(taps);
    in = g.inChannels();
    out = g.outChannels();
    tilesX = Math.ceilDiv(g.width().out(), side);
    tilesY = Math.ceilDiv(g.height().out(), side);
    tiles = tiles(g);
    panels = PackedWeightsF32.panels(out);
    rows = split.rows();
    kernel = GemmTilesF32.packed(split.height());
    chunks = Math.ceilDiv(in, GemmTilesF32.DEPTH);
    chunk = Math.ceilDiv(Math.ceilDiv(in, chunks), L) * L;
    pointsTogether = 6 * chunk <= ROW ? 6 : 3 * chunk <= ROW ? 3 : 2 * chunk <= ROW ? 2 : 1;
    int fitting = COLUMNS_BYTES / (4 * POINTS * in) - (POINTS - side);
    lineTiles = Math.clamp(fitting / side, 1, tilesX);
    // A vector more: the last channels are read in whole vectors.
    lineBytes = 4L * ((long) in * (lineTiles * side + POINTS - side) + L);
    GemmScratchF32.expect(valueRows());
    ConvWinogradScratchF32.expect(lineBytes, columnBytes(), productBytes());
  }

  private int valueRows() {
    return PRODUCTS / pointsTogether * chunks * rows;
  }

  private long columnBytes() {
    return Math.max(POINTS * lineBytes, (long) PRODUCTS * OUTPUT_TILES * COLUMN_BYTES);
  }

  private long productBytes() {
    return (long) split.groupPanels() * PRODUCTS * rows * COLUMN_BYTES;
  }

  /**
   * Whether a geometry is one for which the algorithm exists and is the fastest.
   *
   * @param changing whether weights are packed in each run
   */
  static boolean wins(ConvGeometry g, boolean changing) {
    return ENABLED
        && accepts(g)
        && ConvWinogradSplitF32.pays(
            tiles(g), g.pixels(), g.taps(), g.inChannels(), g.outChannels(), changing);
  }

  static boolean isEnabled() {
    return ENABLED;
  }

  /** Whether the algorithm exists for a geometry. */
  static boolean accepts(ConvGeometry g) {
    Axis d = g.depth();
    boolean planes = d.kernel() == 1 && d.stride() == 1 && d.padBefore() == 0 && d.padAfter() == 0;
    return planes
        && g.groups() == 1
        && suits(g.height())
        && suits(g.width())
        && g.height().kernel() == g.width().kernel();
  }

  private static boolean suits(Axis a) {
    return (a.kernel() == 3 || a.kernel() == 5) && a.stride() == 1 && a.dilation() == 1;
  }

  /** Number of output tiles of all images. */
  static int tiles(ConvGeometry g) {
    int side = ConvWinogradPoints.tile(g.width().kernel());
    long images = (long) g.batch() * g.depth().in();
    long of = (long) Math.ceilDiv(g.width().out(), side) * Math.ceilDiv(g.height().out(), side);
    return Math.toIntExact(images * of);
  }

  @Override
  public String name() {
    return "winograd";
  }

  @Override
  public int tasks() {
    return split.blocks() * split.slices();
  }

  @Override
  public String weightFormat() {
    return "conv winograd " + side + "x" + side + (weights.flipped() ? " flipped" : "");
  }

  @Override
  public long packedWeightBytes() {
    return weights.bytes();
  }

  @Override
  public int packTasks() {
    return weights.tasks();
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    weights.pack(src, dst, task);
  }

  @Override
  public void run(
      long src,
      long packedWeights,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    int block = task % split.blocks();
    int slice = task / split.blocks();
    int first = Parts.begin(tiles, split.blocks(), block);
    int last = Parts.begin(tiles, split.blocks(), block + 1);
    int firstPanel = Parts.begin(panels, split.slices(), slice);
    int lastPanel = Parts.begin(panels, split.slices(), slice + 1);
    long panelBytes = (long) PRODUCTS * rows * COLUMN_BYTES;
    ConvWinogradScratchF32 scratch =
        ConvWinogradScratchF32.get(lineBytes, columnBytes(), productBytes());
    float[] values = GemmScratchF32.get().left(valueRows());
    input(src, first, last, values, scratch);
    int used = Math.ceilDiv(last - first, split.height()) * split.height();
    for (int panel = firstPanel; panel < lastPanel; panel += split.groupPanels()) {
      int end = Math.min(lastPanel, panel + split.groupPanels());
      multiply(packedWeights, panel, end, used, values, scratch.products);
      for (int p = panel; p < end; p++) {
        long products = scratch.products + (p - panel) * panelBytes;
        output(products, p, first, last, bias, lo, hi, dst, scratch);
      }
      if (epilogue != null) {
        finish(epilogue, buffers, dst, first, last, panel, end);
      }
    }
  }

  /** The values of some tiles at the points. */
  private void input(
      long src, int first, int last, float[] values, ConvWinogradScratchF32 scratch) {
    for (int tile = first; tile < last; ) {
      int x = tile % tilesX;
      int count = Math.min(Math.min(lineTiles, tilesX - x), last - tile);
      columns(src, tile, count, scratch);
      for (int t = 0; t < count; t++) {
        rows(scratch.columns + 4L * in * side * t, values, tile + t - first);
      }
      tile += count;
    }
  }

  /** The pass down the columns of neighbouring tiles; columns outside the image are zero. */
  private void columns(long src, int tile, int count, ConvWinogradScratchF32 scratch) {
    Axis height = geometry().height();
    Axis width = geometry().width();
    int x = tile % tilesX * side - width.padBefore();
    int y = tile / tilesX % tilesY * side - height.padBefore();
    long image = tile / tilesX / tilesY;
    int columns = count * side + POINTS - side;
    int before = Math.clamp(-(long) x, 0, columns);
    int after = Math.clamp((long) x + columns - width.in(), 0, columns - before);
    int inside = columns - before - after;
    long pixelBytes = 4L * in;
    if (inside > 0) {
      long rowBytes = width.in() * pixelBytes;
      long at = src + image * height.in() * rowBytes + (x + before) * pixelBytes;
      long zeros = scratch.zeros;
      ConvWinogradInputF32.down(
          outside(y, height) ? zeros : at + y * rowBytes,
          outside(y + 1, height) ? zeros : at + (y + 1) * rowBytes,
          outside(y + 2, height) ? zeros : at + (y + 2) * rowBytes,
          outside(y + 3, height) ? zeros : at + (y + 3) * rowBytes,
          outside(y + 4, height) ? zeros : at + (y + 4) * rowBytes,
          outside(y + 5, height) ? zeros : at + (y + 5) * rowBytes,
          inside * in,
          scratch.columns + before * pixelBytes,
          lineBytes);
    }
    if (before + after > 0) {
      long end = (before + inside) * pixelBytes;
      for (int i = 0; i < POINTS; i++) {
        long row = scratch.columns + i * lineBytes;
        Memory.ALL.asSlice(row, before * pixelBytes).fill((byte) 0);
        Memory.ALL.asSlice(row + end, after * pixelBytes).fill((byte) 0);
      }
    }
  }

  private static boolean outside(int y, Axis height) {
    return y < 0 || y >= height.in();
  }

  /** The pass across the rows of one tile. */
  private void rows(long columns, float[] values, int row) {
    int group = chunks * rows * ROW; // from one group of points that share rows to the next
    int p1 = point(1, group);
    int p2 = point(2, group);
    int p3 = point(3, group);
    int p4 = point(4, group);
    int p5 = point(5, group);
    for (int i = 0; i < POINTS; i++) {
      for (int c = 0; c < chunks; c++) {
        int vectors = Math.ceilDiv(Math.min(chunk, in - c * chunk), L);
        int at = i * (POINTS / pointsTogether) * group + (c * rows + row) * ROW;
        long from = columns + i * lineBytes + 4L * c * chunk;
        ConvWinogradInputF32.across(from, 4L * in, vectors, values, at, p1, p2, p3, p4, p5);
      }
    }
  }

  private int point(int j, int group) {
    return j / pointsTogether * group + j % pointsTogether * chunk;
  }

  /** The products of all points for some panels, [panel][product][rows][COLUMNS]. */
  private void multiply(
      long packed, int firstPanel, int lastPanel, int used, float[] values, long products) {
    int group = chunks * rows * ROW;
    long productBytes = (long) rows * COLUMN_BYTES;
    int height = split.height();
    for (int product = 0; product < PRODUCTS; product++) {
      int point = product / POINTS * (POINTS / pointsTogether) * group;
      point += point(product % POINTS, group);
      for (int c = 0; c < chunks; c++) {
        int depth = Math.min(chunk, in - c * chunk);
        int at = point + c * rows * ROW;
        for (int panel = firstPanel; panel < lastPanel; panel++) {
          long factors = weights.at(packed, panel, product) + (long) c * chunk * COLUMN_BYTES;
          long to = products + ((panel - firstPanel) * PRODUCTS + product) * productBytes;
          for (int row = 0; row < used; row += height) {
            long tile = to + (long) row * COLUMN_BYTES;
            long init = c == 0 ? ZEROS : tile;
            long initBytes = c == 0 ? 0 : COLUMN_BYTES;
            kernel.run(
                depth, values, at + row * ROW, factors, 0, init, initBytes, tile, COLUMN_BYTES);
          }
        }
      }
    }
  }

  /** Combines the products of one panel to pixels. */
  private void output(
      long products,
      int panel,
      int first,
      int last,
      long bias,
      float lo,
      float hi,
      long dst,
      ConvWinogradScratchF32 scratch) {
    int column = panel * COLUMNS;
    int channels = Math.min(COLUMNS, out - column);
    long init = bias == 0 ? ZEROS : bias + 4L * column;
    if (bias != 0 && channels < COLUMNS) {
      GemmEdgesF32.copy(init, 0, scratch.bias, 0, 1, channels);
      init = scratch.bias;
    }
    int width = geometry().width().out();
    int height = geometry().height().out();
    long pixelBytes = 4L * out;
    long rowBytes = width * pixelBytes;
    long productBytes = (long) rows * COLUMN_BYTES;
    long columnBytes = (long) OUTPUT_TILES * COLUMN_BYTES;
    for (int tile = first; tile < last; tile += OUTPUT_TILES) {
      int count = Math.min(OUTPUT_TILES, last - tile);
      long from = products + (long) (tile - first) * COLUMN_BYTES;
      for (int j = 0; j < POINTS; j++) {
        down(
            from + j * productBytes,
            POINTS * productBytes,
            count * PackedWeightsF32.VECTORS,
            scratch.columns + j * columnBytes,
            POINTS * columnBytes);
      }
      for (int t = tile; t < tile + count; t++) {
        int x = t % tilesX * side;
        int y = t / tilesX % tilesY * side;
        long image = t / tilesX / tilesY;
        long to = dst + ((image * height + y) * width + x) * pixelBytes + 4L * column;
        long columns = scratch.columns + (long) (t - tile) * COLUMN_BYTES;
        int w = Math.min(side, width - x);
        int h = Math.min(side, height - y);
        if (w == side && h == side && channels == COLUMNS) {
          across(columns, columnBytes, init, lo, hi, to, rowBytes, pixelBytes);
          continue;
        }
        // The tile sticks out of the image or of the channels.
        long edgeRow = (long) side * COLUMN_BYTES;
        across(columns, columnBytes, init, lo, hi, scratch.tile, edgeRow, COLUMN_BYTES);
        for (int r = 0; r < h; r++) {
          GemmEdgesF32.copy(
              scratch.tile + r * edgeRow, COLUMN_BYTES, to + r * rowBytes, pixelBytes, w, channels);
        }
      }
    }
  }

  private void down(long src, long rowBytes, int vectors, long dst, long dstRowBytes) {
    if (side == 4) {
      ConvWinogradOutputF32.down(src, rowBytes, vectors, dst, dstRowBytes);
    } else {
      ConvWinogradOutputF32.downTwo(src, rowBytes, vectors, dst, dstRowBytes);
    }
  }

  private void across(
      long src,
      long columnBytes,
      long bias,
      float lo,
      float hi,
      long dst,
      long rowBytes,
      long pixelBytes) {
    if (side == 4) {
      ConvWinogradOutputF32.across(src, columnBytes, bias, lo, hi, dst, rowBytes, pixelBytes);
    } else {
      ConvWinogradOutputF32.acrossTwo(src, columnBytes, bias, lo, hi, dst, rowBytes, pixelBytes);
    }
  }

  /** Hands the finished pixels of a block to the epilogue, as long runs of pixels as there are. */
  private void finish(
      Epilogue epilogue,
      long[] buffers,
      long dst,
      int first,
      int last,
      int firstPanel,
      int lastPanel) {
    int width = geometry().width().out();
    int height = geometry().height().out();
    long pixelBytes = 4L * out;
    int column = firstPanel * COLUMNS;
    int columns = Math.min(out, lastPanel * COLUMNS) - column;
    for (int tile = first; tile < last; ) {
      int x = tile % tilesX;
      int y = tile / tilesX % tilesY * side;
      long image = tile / tilesX / tilesY;
      int count = Math.min(tilesX - x, last - tile);
      int lines = Math.min(side, height - y);
      int pixels = Math.min(count * side, width - x * side);
      long pixel = (image * height + y) * width + (long) x * side;
      boolean whole = pixels == width; // whole lines lie side by side
      for (int line = 0; line < (whole ? 1 : lines); line++) {
        long at = pixel + (long) line * width;
        epilogue.apply(
            buffers,
            dst + at * pixelBytes + 4L * column,
            pixelBytes,
            at,
            whole ? lines * pixels : pixels,
            column,
            columns);
      }
      tile += count;
    }
  }
}
