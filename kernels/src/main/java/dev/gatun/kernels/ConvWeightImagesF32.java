package dev.gatun.kernels;

import dev.gatun.kernels.ConvGeometry.Axis;
import java.util.ArrayList;
import java.util.List;

/**
 * The weight gradient of a convolution of many small images: for each tap the product of the
 * gradient at the pixels that see it inside the image, and of what they see there, so that nothing
 * is multiplied with the padding.
 *
 * <p>Bound by writing the weights where there are few images. A task has a block of output channels
 * and some panels of input channels: it copies its part of the gradient once, [pixel][image]
 * [channel], and of the input panel by panel, makes all taps of a panel in scratch memory that
 * stays in L2, and turns them to their place.
 */
final class ConvWeightImagesF32 extends ConvWeightGradientF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final long COLUMN_BYTES = 4L * COLUMNS;
  private static final int HEIGHT = GemmTilesF32.HEIGHT;

  /** Floats of the gradient's part, and of the input's: they stay in L2. */
  private static final int MOST_FLOATS = 1 << 16;

  private static final int BLOCK_ROWS = 8 * HEIGHT;
  private static final int TASKS = 24;

  /** Pixels of the result side by side that see pixels side by side through a tap. */
  private record Run(int tap, int pixel, int seen, int count) {}

  private final ConvGeometry g;
  private final int in;
  private final int out;
  private final int images;
  private final int pixels;
  private final int inPixels;
  private final Run[] runs; // by tap
  private final int panels;
  private final int blocks;
  private final int panelBlocks;

  ConvWeightImagesF32(ConvGeometry g) {
    this.g = g;
    in = g.inChannels();
    out = g.outChannels();
    images = g.batch();
    pixels = g.height().out() * g.width().out();
    inPixels = g.height().in() * g.width().in();
    runs = runs().toArray(Run[]::new);
    panels = PackedWeightsF32.panels(in);
    blocks = Math.ceilDiv(out, BLOCK_ROWS);
    panelBlocks = Math.clamp(Math.ceilDiv(TASKS, blocks), 1, panels);
    for (int block = 0; block < blocks; block++) {
      GemmTilesF32.prepareColumns(
          Parts.begin(out, blocks, block + 1) - Parts.begin(out, blocks, block));
    }
  }

  /** Whether a geometry is one for which this is the fastest. */
  static boolean wins(ConvGeometry g) {
    return ConvImagesF32.wins(g)
        && (long) g.batch() * g.height().out() * g.width().out() * BLOCK_ROWS <= MOST_FLOATS
        && (long) g.batch() * g.height().in() * g.width().in() * COLUMNS <= MOST_FLOATS;
  }

  private List<Run> runs() {
    List<Run> found = new ArrayList<>();
    for (int tap = 0; tap < g.taps(); tap++) {
      for (int p = 0; p < pixels; ) {
        int seen = seen(p, tap);
        if (seen < 0) {
          p++;
          continue;
        }
        int count = 1;
        while (p + count < pixels && seen(p + count, tap) == seen + count) {
          count++;
        }
        found.add(new Run(tap, p, seen, count));
        p += count;
      }
    }
    return found;
  }

  /** The pixel that another one sees through a tap, or -1. */
  private int seen(int pixel, int tap) {
    int y = seen(g.height(), pixel / g.width().out(), tap / g.width().kernel());
    int x = seen(g.width(), pixel % g.width().out(), tap % g.width().kernel());
    return y < 0 || x < 0 ? -1 : y * g.width().in() + x;
  }

  private static int seen(Axis a, int position, int tap) {
    return a.isInside(position, tap) ? a.read(position, tap) : -1;
  }

  @Override
  public long scratchBytes() {
    return tasks(0) * taskBytes();
  }

  /** A panel of the input and the taps of a block. */
  private long taskBytes() {
    return ((long) inPixels * images + (long) BLOCK_ROWS * g.taps()) * COLUMN_BYTES;
  }

  @Override
  public String note() {
    return "by image, " + images + " of " + inPixels + " pixels";
  }

  @Override
  public int phases() {
    return 1;
  }

  @Override
  public int tasks(int phase) {
    return blocks * panelBlocks;
  }

  @Override
  public void run(int phase, long x, long dy, long dw, long scratch, int task) {
    int block = task / panelBlocks;
    int first = Parts.begin(out, blocks, block);
    int rows = Parts.begin(out, blocks, block + 1) - first;
    int tiles = Math.ceilDiv(rows, HEIGHT);
    int terms = pixels * images;
    float[] left = GemmScratchF32.get().left(Math.ceilDiv(rows * terms, GemmTilesF32.ROW));
    copyGradient(dy + 4L * first, rows, tiles, left);
    long panel = scratch + task * taskBytes();
    long sums = panel + (long) inPixels * images * COLUMN_BYTES;
    int taps = g.taps();
    int lastPanel = Parts.begin(panels, panelBlocks, task % panelBlocks + 1);
    for (int p = Parts.begin(panels, panelBlocks, task % panelBlocks); p < lastPanel; p++) {
      int columns = Math.min(COLUMNS, in - p * COLUMNS);
      copyPanel(x + p * COLUMN_BYTES, columns, panel);
      for (int t = 0; t < tiles; t++) {
        int row = Parts.begin(rows, tiles, t);
        int height = Parts.begin(rows, tiles, t + 1) - row;
        tile(left, row * terms, height, panel, sums + (long) row * taps * COLUMN_BYTES);
      }
      for (int row = 0; row < rows; row++) {
        long to = dw + 4L * taps * ((first + (long) row) * in + (long) p * COLUMNS);
        long from = sums + (long) row * taps * COLUMN_BYTES;
        PackedWeightsF32.transpose(from, COLUMN_BYTES, taps, columns, to, 4L * taps);
      }
    }
  }

  /** All taps of some rows: [row][tap][COLUMNS]. */
  private void tile(float[] left, int at, int height, long panel, long sums) {
    GemmTileF32 kernel = GemmTilesF32.columns(height);
    long rowBytes = g.taps() * COLUMN_BYTES;
    int next = 0;
    for (int tap = 0; tap < g.taps(); tap++) {
      long c = sums + tap * COLUMN_BYTES;
      long init = GemmF32.ZEROS;
      long initBytes = 0;
      for (; next < runs.length && runs[next].tap == tap; next++) {
        Run run = runs[next];
        int from = at + run.pixel * images * height;
        long right = panel + (long) run.seen * images * COLUMN_BYTES;
        kernel.run(run.count * images, left, from, right, 0, init, initBytes, c, rowBytes);
        init = c;
        initBytes = rowBytes;
      }
      if (init != c) { // a tap that no pixel sees inside the image
        GemmEdgesF32.copy(GemmF32.ZEROS, 0, c, rowBytes, height, COLUMNS);
      }
    }
  }

  /** The gradient's rows of each tile, [tile][pixel][image][height]. */
  private void copyGradient(long dy, int rows, int tiles, float[] left) {
    long pixelBytes = 4L * out;
    for (int t = 0; t < tiles; t++) {
      int row = Parts.begin(rows, tiles, t);
      int height = Parts.begin(rows, tiles, t + 1) - row;
      int at = row * pixels * images;
      for (int p = 0; p < pixels; p++) {
        long from = dy + p * pixelBytes + 4L * row;
        GemmEdgesF32.copyToArray(
            from, pixels * pixelBytes, images, height, left, at + p * images * height, height);
      }
    }
  }

  /** Channels of a panel, [pixel][image][COLUMNS]. */
  private void copyPanel(long x, int columns, long panel) {
    long pixelBytes = 4L * in;
    for (int p = 0; p < inPixels; p++) {
      long to = panel + (long) p * images * COLUMN_BYTES;
      GemmEdgesF32.copy(
          x + p * pixelBytes, inPixels * pixelBytes, to, COLUMN_BYTES, images, columns);
    }
  }
}
