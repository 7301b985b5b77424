package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of the columns of a matrix of many rows, as the gradient of a bias is one: dst[n] = sum of
 * src[m, n] over m.
 *
 * <p>Rows are cut into parts by their sizes alone, whose sums are added up in order, so the number
 * of threads changes nothing. A part walks its rows from one end to the other, {@link #ROWS} at a
 * time, and adds them to sums that stay in L1: memory bound. Columns one under the other, as in
 * {@link ReduceInnerF32}, would make a jump of a row for every four vectors.
 */
public final class ColumnSumsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Rows that are added to the sums at a time. */
  private static final int ROWS = 8;

  /** Floats of a part, if that makes 16 to 512 rows. */
  private static final int PART_FLOATS = 1 << 16;

  /** Columns whose sums leave room in L1 for what is added to them. */
  private static final int STRIP = 2048;

  private final long rows;
  private final int columns;
  private final int parts;

  /** A plan for a matrix with at least one row and one column. */
  public ColumnSumsF32(long rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    parts = Math.toIntExact(Math.ceilDiv(rows, (long) Math.clamp(PART_FLOATS / columns, 16, 512)));
  }

  /** Number of parts, which may run in any order and at the same time. */
  public int parts() {
    return parts;
  }

  /** Bytes for the sums of all parts. */
  public long scratchBytes() {
    return 4L * parts * columns;
  }

  /** Sums of one part, to scratch. */
  public void run(long src, long scratch, int part) {
    long first = rows * part / parts;
    int count = (int) (rows * (part + 1) / parts - first);
    long rowBytes = 4L * columns;
    long sums = scratch + part * rowBytes;
    Fill.zero(sums, rowBytes);
    for (int column = 0; column < columns; column += STRIP) {
      int width = Math.min(STRIP, columns - column);
      long from = src + first * rowBytes + 4L * column;
      long to = sums + 4L * column;
      int row = 0;
      for (; row + ROWS <= count; row += ROWS) {
        addEight(from + row * rowBytes, rowBytes, to, width);
      }
      for (; row < count; row++) {
        addOne(from + row * rowBytes, to, width);
      }
    }
  }

  /** Adds up the parts of columns [first, last). */
  public void combine(long scratch, long dst, long first, long last) {
    for (long c = first; c < last; c++) {
      double sum = 0;
      for (int part = 0; part < parts; part++) {
        sum += Memory.ALL.get(Memory.F32, scratch + 4 * ((long) part * columns + c));
      }
      Memory.ALL.set(Memory.F32, dst + 4 * c, (float) sum);
    }
  }

  private static void addEight(long src, long rowBytes, long sums, int width) {
    int vectors = width / L;
    for (int v = 0; v < vectors; v++) {
      long p = src + v * BYTES;
      long q = p + 4 * rowBytes;
      FloatVector r0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector r1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + rowBytes, Lanes.ORDER);
      FloatVector r2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * rowBytes, Lanes.ORDER);
      FloatVector r3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * rowBytes, Lanes.ORDER);
      FloatVector r4 = FloatVector.fromMemorySegment(S, Memory.ALL, q, Lanes.ORDER);
      FloatVector r5 = FloatVector.fromMemorySegment(S, Memory.ALL, q + rowBytes, Lanes.ORDER);
      FloatVector r6 = FloatVector.fromMemorySegment(S, Memory.ALL, q + 2 * rowBytes, Lanes.ORDER);
      FloatVector r7 = FloatVector.fromMemorySegment(S, Memory.ALL, q + 3 * rowBytes, Lanes.ORDER);
      FloatVector some = r0.add(r1).add(r2.add(r3)).add(r4.add(r5).add(r6.add(r7)));
      FloatVector.fromMemorySegment(S, Memory.ALL, sums + v * BYTES, Lanes.ORDER)
          .add(some)
          .intoMemorySegment(Memory.ALL, sums + v * BYTES, Lanes.ORDER);
    }
    if (vectors * L < width) {
      for (int r = 0; r < ROWS; r++) {
        addRest(src + r * rowBytes + vectors * BYTES, sums + vectors * BYTES, width - vectors * L);
      }
    }
  }

  private static void addOne(long src, long sums, int width) {
    int vectors = width / L;
    for (int v = 0; v < vectors; v++) {
      FloatVector row = FloatVector.fromMemorySegment(S, Memory.ALL, src + v * BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, sums + v * BYTES, Lanes.ORDER)
          .add(row)
          .intoMemorySegment(Memory.ALL, sums + v * BYTES, Lanes.ORDER);
    }
    if (vectors * L < width) {
      addRest(src + vectors * BYTES, sums + vectors * BYTES, width - vectors * L);
    }
  }

  /** Fewer columns than a vector has. */
  private static void addRest(long src, long sums, int columns) {
    VectorMask<Float> in = S.indexInRange(0, columns);
    FloatVector row = FloatVector.fromMemorySegment(S, Memory.ALL, src, Lanes.ORDER, in);
    FloatVector.fromMemorySegment(S, Memory.ALL, sums, Lanes.ORDER, in)
        .add(row)
        .intoMemorySegment(Memory.ALL, sums, Lanes.ORDER, in);
  }
}
