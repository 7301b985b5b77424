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

  /** Memory for filters, turned, and for one in double: its taps, rows and products. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final Arena owner = Arena.ofAuto();
    private final long filters =
        owner
            .allocate(
                (TOGETHER * MOST_TAPS + 2L * (MOST_TAPS + POINTS * 5 + POINTS)) * COLUMN_BYTES,
                Memory.ALIGNMENT)
            .address();
    private final long taps = filters + TOGETHER * MOST_TAPS * COLUMN_BYTES;
    private final long rows = taps + MOST_TAPS * 2 * COLUMN_BYTES;
    private final long products = rows + POINTS * 5 * 2 * COLUMN_BYTES;
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
        transform(filter, scratch, to, productBytes);
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
  private void transform(long filter, Scratch scratch, long dst, long productBytes) {
    int rowColumns = kernel * COLUMNS;
    long rowBytes = 8L * rowColumns;
    ConvWinogradFactorsF32.widen(filter, kernel * rowColumns, scratch.taps);
    ConvWinogradFactorsF32.values(
        kernel, scratch.taps, rowBytes, rowColumns, scratch.rows, rowBytes);
    for (int i = 0; i < POINTS; i++) {
      ConvWinogradFactorsF32.values(
          kernel,
          scratch.rows + i * rowBytes,
          8L * COLUMNS,
          COLUMNS,
          scratch.products,
          8L * COLUMNS);
      ConvWinogradFactorsF32.narrow(
          scratch.products, POINTS, COLUMNS, dst + (long) i * POINTS * productBytes, productBytes);
    }
  }
}
