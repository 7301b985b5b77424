package dev.gatun.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The packed form of the right matrix [K, N] of a product: panels of {@link #COLUMNS} columns,
 * [ceil(N / COLUMNS)][K][COLUMNS], the last one filled up with zeros.
 *
 * <p>One format serves every number of left rows, from the matrix-vector product of decoding to
 * large batches. A packed matrix starts on a cache line; it depends on the vector width of the
 * machine that packed it.
 */
public final class PackedWeightsF32 {
  /** Vectors in a row of a panel. */
  static final int VECTORS = 2;

  /** Columns of a panel. */
  public static final int COLUMNS = VECTORS * Lanes.F32_LENGTH;

  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final int VECTOR_BYTES = 4 * L;
  private static final int ROW_BYTES = 4 * COLUMNS;

  /** Number of panels of a matrix with n columns. */
  public static int panels(int n) {
    return Math.ceilDiv(n, COLUMNS);
  }

  /** Size of a packed matrix [k, n]. */
  public static long bytes(int n, int k) {
    return (long) panels(n) * k * ROW_BYTES;
  }

  /** Packs a matrix [k, n] whose rows are srcRowBytes apart. */
  public static void pack(long src, long srcRowBytes, int n, int k, long dst) {
    pack(src, srcRowBytes, n, k, dst, 0, panels(n));
  }

  /** Packs some panels of a matrix [k, n], from firstPanel up to but without lastPanel. */
  public static void pack(
      long src, long srcRowBytes, int n, int k, long dst, int firstPanel, int lastPanel) {
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      long from = src + (long) panel * ROW_BYTES;
      long to = dst + (long) panel * k * ROW_BYTES;
      packPanel(from, srcRowBytes, Math.min(COLUMNS, n - panel * COLUMNS), k, to);
    }
  }

  /** Packs rows [firstRow, lastRow) of a matrix [k, n] into all panels. */
  public static void packSome(
      long src, long srcRowBytes, int n, int k, long dst, int firstRow, int lastRow) {
    for (int panel = 0; panel < panels(n); panel++) {
      long from = src + firstRow * srcRowBytes + (long) panel * ROW_BYTES;
      long to = dst + ((long) panel * k + firstRow) * ROW_BYTES;
      int columns = Math.min(COLUMNS, n - panel * COLUMNS);
      packPanel(from, srcRowBytes, columns, lastRow - firstRow, to);
    }
  }

  /** Packs the transpose of a matrix [n, k] whose rows are srcRowBytes apart. */
  public static void packTransposed(long src, long srcRowBytes, int n, int k, long dst) {
    packTransposed(src, srcRowBytes, n, k, dst, 0, panels(n));
  }

  /** Packs some panels of the transpose of a matrix [n, k]. */
  public static void packTransposed(
      long src, long srcRowBytes, int n, int k, long dst, int firstPanel, int lastPanel) {
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      long from = src + (long) panel * COLUMNS * srcRowBytes;
      long to = dst + (long) panel * k * ROW_BYTES;
      packPanelTransposed(from, srcRowBytes, Math.min(COLUMNS, n - panel * COLUMNS), k, to);
    }
  }

  /** Rows that are packed at a time: streams that the processor fetches ahead. */
  private static final int STREAMS = 8;

  /**
   * Packs rows [firstRow, lastRow) of a matrix [k, n] into all panels, for weights that change and
   * are packed by a team: rows are read from one end to the other.
   */
  public static void packRows(
      long src, long srcRowBytes, int n, int k, long dst, int firstRow, int lastRow) {
    int whole = n / COLUMNS;
    for (int row = firstRow; row < lastRow; row += STREAMS) {
      int rows = Math.min(STREAMS, lastRow - row);
      long from = src + row * srcRowBytes;
      long to = dst + (long) row * ROW_BYTES;
      for (int panel = 0; panel < whole; panel++) {
        long panelTo = to + (long) panel * k * ROW_BYTES;
        GemmEdgesF32.copy(
            from + (long) panel * ROW_BYTES, srcRowBytes, panelTo, ROW_BYTES, rows, COLUMNS);
      }
      if (whole * COLUMNS < n) {
        packPanel(
            from + (long) whole * ROW_BYTES,
            srcRowBytes,
            n - whole * COLUMNS,
            rows,
            to + (long) whole * k * ROW_BYTES);
      }
    }
  }

  /** Packs one panel: k rows of that many columns. */
  static void packPanel(long src, long srcRowBytes, int columns, int k, long dst) {
    if (columns == COLUMNS) {
      // Plain copies: vector code would crawl here, since packing ends before the JIT is through.
      for (int row = 0; row < k; row++) {
        MemorySegment.copy(
            Memory.ALL,
            src + row * srcRowBytes,
            Memory.ALL,
            dst + row * (long) ROW_BYTES,
            ROW_BYTES);
      }
      return;
    }
    VectorMask<Float> in0 = S.indexInRange(0, columns);
    VectorMask<Float> in1 = S.indexInRange(L, columns);
    for (int row = 0; row < k; row++) {
      long from = src + row * srcRowBytes;
      long to = dst + row * (long) ROW_BYTES;
      FloatVector v0 = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER, in0);
      FloatVector v1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, from + VECTOR_BYTES, Lanes.ORDER, in1);
      v0.intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      v1.intoMemorySegment(Memory.ALL, to + VECTOR_BYTES, Lanes.ORDER);
    }
  }

  /** Packs one panel from that many rows of length k. */
  static void packPanelTransposed(long src, long srcRowBytes, int columns, int k, long dst) {
    if (columns < COLUMNS) {
      FloatVector zero = FloatVector.zero(S);
      for (int row = 0; row < k; row++) {
        long to = dst + row * (long) ROW_BYTES;
        zero.intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
        zero.intoMemorySegment(Memory.ALL, to + VECTOR_BYTES, Lanes.ORDER);
      }
    }
    transpose(src, srcRowBytes, columns, k, dst, ROW_BYTES);
  }

  /** dst[j, i] = src[i, j] for a matrix [rows, columns]. */
  static void transpose(
      long src, long srcRowBytes, int rows, int columns, long dst, long dstRowBytes) {
    int tile = TransposeTiles.tile(rows, columns);
    if (tile > 0) {
      TransposeTiles.run(src, srcRowBytes, dst, dstRowBytes, rows, columns, tile);
      return;
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        float value = Memory.ALL.get(Memory.F32, src + row * srcRowBytes + 4L * column);
        Memory.ALL.set(Memory.F32, dst + column * dstRowBytes + 4L * row, value);
      }
    }
  }

  private PackedWeightsF32() {}
}
