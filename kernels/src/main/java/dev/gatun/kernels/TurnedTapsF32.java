package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * Packs the weights of a transposed convolution, [in, out, taps], as panels [tap][in][column].
 *
 * <p>Bound by memory: the filters of a few input channels are read in one piece, turned once so
 * that a line has one number of each of these channels, and turned back tap by tap, both by whole
 * vectors. Filter by filter it would be transposes of 32 x 9, most of which overlap, and every
 * panel would walk through all of the weights.
 */
final class TurnedTapsF32 {
  private static final int L = Lanes.F32_LENGTH;
  private static final long VECTOR_BYTES = 4L * L;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final long COLUMN_BYTES = 4L * COLUMNS;

  /** Floats of a filter up to which a panel of them fits into the scratch memory, turned. */
  private static final int MOST_TAPS = 64;

  /** Whether filters of so many taps can be packed here. */
  static boolean accepts(int taps) {
    return taps <= MOST_TAPS;
  }

  /** Into how many blocks the input channels are cut: vectors of them. */
  static int blocks(int in) {
    return Math.ceilDiv(in, L);
  }

  /**
   * Packs some blocks of input channels.
   *
   * @param taps of a filter
   * @param order which tap comes where in a panel
   */
  static void pack(
      long src, int in, int out, int taps, int[] order, long dst, int firstBlock, int lastBlock) {
    long turned = GemmScratchF32.get().panel;
    long rowBytes = 4L * taps * out;
    int panels = PackedWeightsF32.panels(out);
    for (int block = firstBlock; block < lastBlock; block++) {
      int channel = block * L;
      int count = Math.min(L, in - channel);
      for (int panel = 0; panel < panels; panel++) {
        int column = panel * COLUMNS;
        int columns = Math.min(COLUMNS, out - column);
        long from = src + channel * rowBytes + 4L * taps * column;
        PackedWeightsF32.transpose(from, rowBytes, count, columns * taps, turned, VECTOR_BYTES);
        long to = dst + ((long) panel * order.length * in + channel) * COLUMN_BYTES;
        for (int tap : order) {
          if (columns < COLUMNS) {
            clear(to, count);
          }
          PackedWeightsF32.transpose(
              turned + tap * VECTOR_BYTES, taps * VECTOR_BYTES, columns, count, to, COLUMN_BYTES);
          to += in * COLUMN_BYTES;
        }
      }
    }
  }

  private static void clear(long to, int rows) {
    FloatVector zero = FloatVector.zero(Lanes.F32);
    int vectors = rows * PackedWeightsF32.VECTORS;
    for (int k = 0; k < vectors; k++) {
      zero.intoMemorySegment(Memory.ALL, to + k * VECTOR_BYTES, Lanes.ORDER);
    }
  }

  private TurnedTapsF32() {}
}
