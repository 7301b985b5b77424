package dev.gatun.kernels;

import java.lang.foreign.Arena;

/**
 * Weights of a Winograd convolution: for each tile's 36 products a matrix [inChannels,
 * outChannels], stored panel by panel as [panel][product][inChannels][column], so that a task that
 * takes some panels reads them front to back.
 *
 * <p>Bound by writing them: they are four times as large as filters of 3 x 3 taps. A few channels'
 * filters at a time are turned so that a vector holds one tap of neighbouring columns.
 *
 * @param kernel taps in each direction
 * @param flipped whether the weights are those of a transposed convolution: [inChannels,
 *     outChannels, kernel, kernel] with the taps backwards
 */
record ConvWinogradWeightsF32(int outChannels, int inChannels, int kernel, boolean flipped) {
  private static final int POINTS = ConvWinogradPoints.POINTS;
  private static final int PRODUCTS = ConvWinogradPoints.PRODUCTS;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final long COLUMN_BYTES = 4L * COLUMNS;

  /** Input channels of a task. */
  private static final int CHANNELS = 32;

  /** Input channels turned at a time: with 25 taps their filters still leave room in L1. */
  private static final int TOGETHER = 4;

  private static final int MOST_TAPS = 25;

  /** Memory for filters, turned, and for one between the passes down and across. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final Arena owner = Arena.ofAuto();
    private final long filters =
        owner.allocate((long) TOGETHER * MOST_TAPS * COLUMN_BYTES, Memory.ALIGNMENT).address();
    private final double[] rows = new double[POINTS * 5];
  }

  /** Size of the packed weights. */
  long bytes() {
    return PRODUCTS * PackedWeightsF32.bytes(outChannels, inChannels);
  }

  /** Address of a matrix's rows of a panel. */
  long at(long packed, int panel, int product) {
    return packed + ((long) panel * PRODUCTS + product) * inChannels * COLUMN_BYTES;
  }

  /** Into how many tasks packing is cut. */
  int tasks() {
    return PackedWeightsF32.panels(outChannels) * Math.ceilDiv(inChannels, CHANNELS);
  }

  /** Packs some of the weights. */
  void pack(long src, long dst, int task) {
    Scratch scratch = Scratch.OF_THREAD.get();
    int blocks = Math.ceilDiv(inChannels, CHANNELS);
    int first = task % blocks * CHANNELS;
    int last = Math.min(inChannels, first + CHANNELS);
    int panel = task / blocks;
    int taps = kernel * kernel;
    int columns = Math.min(COLUMNS, outChannels - panel * COLUMNS);
    if (columns < COLUMNS) {
      Memory.ALL.asSlice(scratch.filters, (long) TOGETHER * taps * COLUMN_BYTES).fill((byte) 0);
    }
    long productBytes = inChannels * COLUMN_BYTES;
    for (int c = first; c < last; c += TOGETHER) {
      int count = Math.min(TOGETHER, last - c);
      turn(src, panel * COLUMNS, columns, c, count, scratch.filters);
      for (int i = 0; i < count; i++) {
        long filter = scratch.filters + (long) i * taps * COLUMN_BYTES;
        long to = at(dst, panel, 0) + (c + i) * COLUMN_BYTES;
        transform(filter, scratch.rows, to, productBytes);
      }
    }
  }

  /** Writes some channels' taps as [channel][tap][column]; those of flipped filters backwards. */
  private void turn(long src, int firstColumn, int columns, int channel, int count, long dst) {
    int taps = kernel * kernel;
    if (!flipped) {
      long from = src + 4L * taps * ((long) firstColumn * inChannels + channel);
      long filterRow = 4L * taps * inChannels;
      PackedWeightsF32.transpose(from, filterRow, columns, count * taps, dst, COLUMN_BYTES);
      return;
    }
    for (int i = 0; i < count; i++) {
      long from = src + 4L * taps * ((channel + i) * (long) outChannels + firstColumn);
      long last = dst + ((i + 1L) * taps - 1) * COLUMN_BYTES; // where the first tap belongs
      PackedWeightsF32.transpose(from, 4L * taps, columns, taps, last, -COLUMN_BYTES);
    }
  }

  /**
   * The products' factors of a panel of filters. In double: a rounding more of the weights turns
   * enough results of relu and max pooling that gradients of VGG-11 leave 0.2 %.
   */
  private void transform(long filter, double[] rows, long dst, long productBytes) {
    for (int j = 0; j < COLUMNS; j++) {
      double[] taps = new double[kernel];
      for (int x = 0; x < kernel; x++) {
        for (int y = 0; y < kernel; y++) {
          long tap = filter + (y * kernel + x) * COLUMN_BYTES;
          taps[y] = Memory.ALL.get(Memory.F32, tap + 4L * j);
        }
        values(taps, rows, x, kernel);
      }
      double[] factors = new double[POINTS];
      for (int i = 0; i < POINTS; i++) {
        System.arraycopy(rows, i * kernel, taps, 0, kernel);
        values(taps, factors, 0, 1);
        for (int k = 0; k < POINTS; k++) {
          long to = dst + (i * POINTS + k) * productBytes + 4L * j;
          Memory.ALL.set(Memory.F32, to, (float) factors[k]);
        }
      }
    }
  }

  /** Scaled values of a polynomial at the points, that many numbers apart. */
  private static void values(double[] g, double[] to, int at, int step) {
    double a2 = ConvWinogradPoints.A2;
    double b2 = ConvWinogradPoints.B2;
    to[at] = g[0] / (a2 * b2);
    pair(g, ConvWinogradPoints.A, 2 * a2 * (a2 - b2), to, at + step, step);
    pair(g, ConvWinogradPoints.B, 2 * b2 * (b2 - a2), to, at + 3 * step, step);
    to[at + 5 * step] = g[g.length - 1];
  }

  private static void pair(double[] g, double x, double scale, double[] to, int at, int step) {
    double even = 0;
    double odd = 0;
    for (int i = g.length - 1; i >= 0; i -= 2) {
      even = even * x * x + g[i];
    }
    for (int i = g.length - 2; i >= 0; i -= 2) {
      odd = odd * x * x + g[i];
    }
    to[at] = (even + odd * x) / scale;
    to[at + step] = (even - odd * x) / scale;
  }
}
