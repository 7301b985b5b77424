package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/**
 * Products over the taps of one pixel after another, each for many images at once: what small
 * images need, where most taps may lie in the padding.
 *
 * <p>Bound by reading the weights where there are few images. A task copies its images once, into
 * left rows that stay in L2: a line of pixels of an image is a row, so that taps side by side are
 * one run of terms. Then each panel of weights serves all of its pixels.
 */
final class TapImagesF32 {
  private static final int ROW = GemmTilesF32.ROW;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int COLUMN_BYTES = 4 * COLUMNS;

  /** Left rows of a task take this part of L2. */
  private static final long LEFT_BYTES = Cpu.get().l2Bytes() * 6 / 10;

  static final int LEAST_IMAGES = 8;
  private static final int MOST_PIXELS = 64;
  private static final int TASKS_PER_THREAD = 2;

  /**
   * Taps side by side of a pixel.
   *
   * @param terms floats
   * @param weight first row of a packed panel
   * @param line which line of left rows
   * @param at first float of a left row
   */
  record Run(int terms, int weight, int line, int at) {}

  private final int batch;
  private final int in;
  private final int height;
  private final int width;
  private final int out;
  private final Run[][] runs; // of each pixel
  private final int weightRows;
  private final int pixels;
  private final int linePixels;
  private final int lineParts; // of a line of the image
  private final int lines; // of left rows, for an image
  private final int panels;
  private final int imageBlocks;
  private final int panelBlocks;

  /**
   * A plan.
   *
   * @param height lines of an image
   * @param width pixels of a line
   * @param runs for each pixel of the result
   * @param weightRows rows of a packed panel
   */
  TapImagesF32(
      int batch,
      int in,
      int height,
      int width,
      int out,
      Run[][] runs,
      int weightRows,
      int threads) {
    this.batch = batch;
    this.in = in;
    this.height = height;
    this.width = width;
    this.out = out;
    this.runs = runs;
    this.weightRows = weightRows;
    pixels = runs.length;
    linePixels = linePixels(in, width);
    lineParts = Math.ceilDiv(width, linePixels);
    lines = lineParts * height;
    panels = PackedWeightsF32.panels(out);
    imageBlocks = (int) Math.ceilDiv(batch * (4L * ROW * lines), LEFT_BYTES);
    int wanted = threads == 1 ? 1 : TASKS_PER_THREAD * threads;
    panelBlocks = Math.clamp(Math.ceilDiv(wanted, imageBlocks), 1, panels);
    for (int block = 0; block < imageBlocks; block++) {
      int images =
          Parts.begin(batch, imageBlocks, block + 1) - Parts.begin(batch, imageBlocks, block);
      int tiles = Math.ceilDiv(images, GemmTilesF32.HEIGHT);
      GemmScratchF32.expect(images * lines);
      for (int columns : new int[] {COLUMNS, out - (panels - 1) * COLUMNS}) {
        GemmTilesF32.packed(images / tiles, columns); // written now, to be compiled early
        GemmTilesF32.packed(Math.ceilDiv(images, tiles), columns);
      }
    }
  }

  /** Pixels of an image's line in a left row. */
  static int linePixels(int in, int width) {
    return Math.clamp(GemmTilesF32.DEPTH / in, 1, width);
  }

  /** Whether images of that size, and results of so many pixels, are small enough. */
  static boolean accepts(int in, int height, int width, long pixels) {
    return in <= GemmTilesF32.DEPTH
        && pixels <= MOST_PIXELS
        && 4L * ROW * height * Math.ceilDiv(width, linePixels(in, width)) <= LEFT_BYTES;
  }

  int tasks() {
    return imageBlocks * panelBlocks;
  }

  void run(
      long src,
      long packedWeights,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    int block = task / panelBlocks;
    int first = Parts.begin(batch, imageBlocks, block);
    int images = Parts.begin(batch, imageBlocks, block + 1) - first;
    GemmScratchF32 scratch = GemmScratchF32.get();
    float[] left = scratch.left(images * lines);
    copy(src, first, images, left);
    long weightBytes = (long) weightRows * COLUMN_BYTES;
    long pixelBytes = 4L * out;
    long to = dst + (long) first * pixels * pixelBytes;
    int lastPanel = Parts.begin(panels, panelBlocks, task % panelBlocks + 1);
    for (int p = Parts.begin(panels, panelBlocks, task % panelBlocks); p < lastPanel; p++) {
      int column = p * COLUMNS;
      int columns = Math.min(COLUMNS, out - column);
      long init = bias == 0 ? 0 : bias + 4L * column;
      long weights = packedWeights + p * weightBytes;
      for (int pixel = 0; pixel < pixels; pixel++) {
        long at = to + pixel * pixelBytes + 4L * column;
        pixel(runs[pixel], left, images, weights, init, columns, lo, hi, at, scratch.tile);
      }
      if (epilogue != null) {
        epilogue.apply(
            buffers,
            to + 4L * column,
            pixelBytes,
            (long) first * pixels,
            images * pixels,
            column,
            columns);
      }
    }
  }

  /** Lines of pixels of some images, one behind the other for each line. */
  private void copy(long src, int first, int images, float[] left) {
    long imageBytes = 4L * height * width * in;
    for (int line = 0; line < lines; line++) {
      int x = line % lineParts * linePixels;
      long pixel = (long) (line / lineParts) * width + x;
      int floats = Math.min(linePixels, width - x) * in;
      long from = src + first * imageBytes + 4 * pixel * in;
      GemmEdgesF32.copyToArray(from, imageBytes, images, floats, left, line * images * ROW, ROW);
    }
  }

  /** One pixel of all images, for a panel. */
  private void pixel(
      Run[] taps,
      float[] left,
      int images,
      long weights,
      long bias,
      int columns,
      float lo,
      float hi,
      long dst,
      long edge) {
    long imageBytes = 4L * pixels * out;
    int tiles = Math.ceilDiv(images, GemmTilesF32.HEIGHT);
    boolean clamp = lo > Float.NEGATIVE_INFINITY || hi < Float.POSITIVE_INFINITY;
    for (int t = 0; t < tiles; t++) {
      int row = Parts.begin(images, tiles, t);
      int rows = Parts.begin(images, tiles, t + 1) - row;
      GemmTileF32 tile = GemmTilesF32.packed(rows, columns);
      long to = dst + row * imageBytes;
      boolean there = columns == COLUMNS && !clamp && taps.length > 0;
      long c = there ? to : edge;
      long cBytes = there ? imageBytes : COLUMN_BYTES;
      long init = bias == 0 ? GemmF32.ZEROS : bias;
      long initBytes = 0;
      if (bias != 0 && columns % Lanes.F32_LENGTH != 0) {
        GemmEdgesF32.copy(bias, 0, edge, COLUMN_BYTES, 1, columns);
        init = edge;
      }
      if (taps.length == 0) {
        GemmEdgesF32.copy(init, 0, edge, COLUMN_BYTES, rows, columns);
      }
      for (Run run : taps) {
        int at = (run.line * images + row) * ROW + run.at;
        long right = weights + (long) run.weight * COLUMN_BYTES;
        tile.run(run.terms, left, at, right, 0, init, initBytes, c, cBytes);
        init = c;
        initBytes = cBytes;
      }
      if (!there) {
        GemmEdgesF32.finishTile(edge, to, imageBytes, rows, columns, lo, hi);
      }
    }
  }
}
