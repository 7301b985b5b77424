package dev.gatun.kernels;

/**
 * Weights of a Winograd convolution: for each tile's 36 products a matrix [inChannels,
 * outChannels], computed in double precision and stored panel by panel as [panel][product]
 * [inChannels][column], so that a task that takes some panels reads them front to back.
 */
final class ConvWinogradWeightsF32 {
  private static final int POINTS = ConvWinogradPoints.POINTS;
  private static final int PRODUCTS = ConvWinogradPoints.PRODUCTS;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int COLUMN_BYTES = 4 * COLUMNS;

  /** Size of the packed weights. */
  static long bytes(int outChannels, int inChannels) {
    return PRODUCTS * PackedWeightsF32.bytes(outChannels, inChannels);
  }

  /** Address of a matrix's rows of a panel. */
  static long at(long packed, int inChannels, int panel, int product) {
    return packed + ((long) panel * PRODUCTS + product) * inChannels * COLUMN_BYTES;
  }

  /** Input channels of a task. */
  private static final int CHANNELS = 32;

  /** Numbers of one filter. */
  private static final class Filter {
    private static final ThreadLocal<Filter> OF_THREAD = ThreadLocal.withInitial(Filter::new);

    private final double[] rows = new double[POINTS * 3];
    private final double[] values = new double[PRODUCTS];
  }

  /** Into how many tasks packing is cut. */
  static int tasks(int outChannels, int inChannels) {
    return PackedWeightsF32.panels(outChannels) * Math.ceilDiv(inChannels, CHANNELS);
  }

  /** Packs some of the weights [outChannels, inChannels, 3, 3]. */
  static void pack(long src, int outChannels, int inChannels, long dst, int task) {
    Filter filter = Filter.OF_THREAD.get();
    double[] rows = filter.rows;
    double[] values = filter.values;
    long productBytes = (long) inChannels * COLUMN_BYTES;
    int blocks = Math.ceilDiv(inChannels, CHANNELS);
    int first = task % blocks * CHANNELS;
    int last = Math.min(inChannels, first + CHANNELS);
    int panel = task / blocks;
    for (int c = first; c < last; c++) {
      long to = at(dst, inChannels, panel, 0) + (long) c * COLUMN_BYTES;
      for (int j = 0; j < COLUMNS; j++) {
        int o = panel * COLUMNS + j;
        if (o < outChannels) {
          transform(src + 36L * ((long) o * inChannels + c), rows, values);
        }
        for (int p = 0; p < PRODUCTS; p++) {
          float value = o < outChannels ? (float) values[p] : 0f;
          Memory.ALL.set(Memory.F32, to + p * productBytes + 4L * j, value);
        }
      }
    }
  }

  /** The products' factors of one filter [3, 3]. */
  private static void transform(long filter, double[] rows, double[] values) {
    for (int x = 0; x < 3; x++) {
      double g0 = Memory.ALL.get(Memory.F32, filter + 4L * x);
      double g1 = Memory.ALL.get(Memory.F32, filter + 4L * (3 + x));
      double g2 = Memory.ALL.get(Memory.F32, filter + 4L * (6 + x));
      ConvWinogradPoints.values(g0, g1, g2, rows, x, 3);
    }
    for (int i = 0; i < POINTS; i++) {
      ConvWinogradPoints.values(
          rows[3 * i], rows[3 * i + 1], rows[3 * i + 2], values, POINTS * i, 1);
    }
  }

  private ConvWinogradWeightsF32() {}
}
