package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over the rows of a matrix [rows, channels] that batch norm and its gradient need, channel by
 * channel.
 *
 * <p>Rows are cut into parts, as many as the sizes tell, which are combined in their order in
 * double precision: the number of threads changes nothing. A part has one pass through memory; the
 * second one over its rows, for squares around its own mean, mostly hits L2.
 */
public final class BatchStatisticsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** Floats of a part: small ones of the last layers of a network still occupy all threads. */
  private static final long PART_FLOATS = 1 << 14;

  private static final int MOST_PARTS = 32;

  /** Rows that are added up in float before they go to a double. */
  private static final int BLOCK = 128;

  private final long rows;
  private final int channels;
  private final int parts;
  private final long[] firsts; // row of each part, and behind the last one

  private BatchStatisticsF32(long rows, int channels) {
    this.rows = rows;
    this.channels = channels;
    parts = Math.clamp(Math.ceilDiv(rows * channels, PART_FLOATS), 1, MOST_PARTS);
    firsts = new long[parts + 1];
    for (int part = 0; part <= parts; part++) {
      firsts[part] = rows * part / parts;
    }
  }

  /** Sums over a matrix of at least one row. */
  public static BatchStatisticsF32 of(long rows, int channels) {
    if (rows < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "statistics of [" + rows + ", " + channels + "]: there is nothing to sum");
    }
    return new BatchStatisticsF32(rows, channels);
  }

  /** Number of parts, which may run in any order and at the same time. */
  public int parts() {
    return parts;
  }

  /** Bytes for the sums of all parts, and for two vectors of each. */
  public long scratchBytes() {
    return 16L * parts * channels + 8L * parts * L;
  }

  private long temp(long scratch, int part) {
    return scratch + 16L * parts * channels + 8L * part * L;
  }

  private long first(int part) {
    return firsts[part];
  }

  /** A part's means and sums of squares around them. */
  public void moments(long x, long scratch, int part) {
    long at = x + first(part) * 4L * channels;
    int count = (int) (first(part + 1) - first(part));
    for (int c = 0; c < channels; c += L) {
      int lanes = Math.min(L, channels - c);
      long sums = scratch + 16L * ((long) part * channels + c);
      sum(at + 4L * c, 4L * channels, count, lanes, sums, temp(scratch, part));
      squares(at + 4L * c, 4L * channels, count, lanes, sums, temp(scratch, part));
    }
  }

  /** Means and biased variances of all rows from the moments of the parts. */
  public void combineMoments(long scratch, long mean, long variance) {
    for (int c = 0; c < channels; c++) {
      double total = 0;
      for (int part = 0; part < parts; part++) {
        total += get(scratch, part, c, 0) * (first(part + 1) - first(part));
      }
      double middle = total / rows;
      double squares = 0;
      for (int part = 0; part < parts; part++) {
        double away = get(scratch, part, c, 0) - middle;
        squares += get(scratch, part, c, 1) + away * away * (first(part + 1) - first(part));
      }
      Memory.ALL.set(Memory.F32, mean + 4L * c, (float) middle);
      Memory.ALL.set(Memory.F32, variance + 4L * c, (float) (squares / rows));
    }
  }

  /** A part's sums of dy and of dy * (x - mean). */
  public void products(long x, long dy, long mean, long scratch, int part) {
    long skip = first(part) * 4L * channels;
    int count = (int) (first(part + 1) - first(part));
    for (int c = 0; c < channels; c += L) {
      int lanes = Math.min(L, channels - c);
      long sums = scratch + 16L * ((long) part * channels + c);
      long temp = temp(scratch, part);
      for (int lane = 0; lane < 2 * lanes; lane++) {
        Memory.ALL.set(Memory.F64, sums + 8L * lane, 0);
      }
      for (int from = 0; from < count; from += BLOCK) {
        int to = Math.min(count, from + BLOCK);
        long at = skip + 4L * c;
        productsBlock(x + at, dy + at, mean + 4L * c, 4L * channels, from, to, lanes, temp);
        add(temp, sums, lanes);
        add(temp + 4L * L, sums + 8, lanes);
      }
    }
  }

  /** Sum of one of the two products over all parts. */
  double total(long scratch, int channel, int which) {
    double total = 0;
    for (int part = 0; part < parts; part++) {
      total += get(scratch, part, channel, which);
    }
    return total;
  }

  private double get(long scratch, int part, int channel, int which) {
    return Memory.ALL.get(
        Memory.F64, scratch + 16L * ((long) part * channels + channel) + 8L * which);
  }

  /** Means of a vector of channels into the first of each pair of doubles, and into temp. */
  private static void sum(long at, long rowBytes, int count, int lanes, long sums, long temp) {
    for (int lane = 0; lane < lanes; lane++) {
      Memory.ALL.set(Memory.F64, sums + 16L * lane, 0);
    }
    for (int from = 0; from < count; from += BLOCK) {
      block(at, rowBytes, from, Math.min(count, from + BLOCK), lanes, temp);
      add(temp, sums, lanes);
    }
    for (int lane = 0; lane < lanes; lane++) {
      double mean = Memory.ALL.get(Memory.F64, sums + 16L * lane) / count;
      Memory.ALL.set(Memory.F64, sums + 16L * lane, mean);
      Memory.ALL.set(Memory.F32, temp + 4L * lane, (float) mean);
    }
  }

  private static void block(long at, long rowBytes, int from, int to, int lanes, long temp) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector s = FloatVector.zero(S);
    for (int r = from; r < to; r++) {
      s = s.add(FloatVector.fromMemorySegment(S, Memory.ALL, at + r * rowBytes, Lanes.ORDER, in));
    }
    s.intoMemorySegment(Memory.ALL, temp, Lanes.ORDER);
  }

  /** Squares around the means in temp into the second of each pair. */
  private static void squares(long at, long rowBytes, int count, int lanes, long sums, long temp) {
    for (int lane = 0; lane < lanes; lane++) {
      Memory.ALL.set(Memory.F64, sums + 16L * lane + 8, 0);
    }
    for (int from = 0; from < count; from += BLOCK) {
      squaresBlock(at, rowBytes, from, Math.min(count, from + BLOCK), lanes, temp);
      add(temp + 4L * L, sums + 8, lanes);
    }
  }

  private static void squaresBlock(long at, long rowBytes, int from, int to, int lanes, long temp) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector mean = FloatVector.fromMemorySegment(S, Memory.ALL, temp, Lanes.ORDER);
    FloatVector s = FloatVector.zero(S);
    for (int r = from; r < to; r++) {
      FloatVector d =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + r * rowBytes, Lanes.ORDER, in)
              .sub(mean);
      s = d.fma(d, s);
    }
    s.intoMemorySegment(Memory.ALL, temp + 4L * L, Lanes.ORDER);
  }

  private static void productsBlock(
      long x, long dy, long mean, long rowBytes, int from, int to, int lanes, long temp) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector middle = FloatVector.fromMemorySegment(S, Memory.ALL, mean, Lanes.ORDER, in);
    FloatVector s = FloatVector.zero(S);
    FloatVector p = FloatVector.zero(S);
    for (int r = from; r < to; r++) {
      FloatVector flow =
          FloatVector.fromMemorySegment(S, Memory.ALL, dy + r * rowBytes, Lanes.ORDER, in);
      s = s.add(flow);
      p =
          FloatVector.fromMemorySegment(S, Memory.ALL, x + r * rowBytes, Lanes.ORDER, in)
              .sub(middle)
              .fma(flow, p);
    }
    s.intoMemorySegment(Memory.ALL, temp, Lanes.ORDER);
    p.intoMemorySegment(Memory.ALL, temp + 4L * L, Lanes.ORDER);
  }

  /** Adds floats to the first doubles of pairs. */
  private static void add(long floats, long sums, int lanes) {
    for (int lane = 0; lane < lanes; lane++) {
      double sum = Memory.ALL.get(Memory.F64, sums + 16L * lane);
      Memory.ALL.set(
          Memory.F64, sums + 16L * lane, sum + Memory.ALL.get(Memory.F32, floats + 4L * lane));
    }
  }
}
