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

  /** Vectors of channels taken side by side: whole rows of few channels are read in order. */
  private static final int WIDE = 4;

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

  /** Bytes for the sums of all parts, and for pairs of vectors of each. */
  public long scratchBytes() {
    return 16L * parts * channels + 8L * WIDE * parts * L;
  }

  private long temp(long scratch, int part) {
    return scratch + 16L * parts * channels + 8L * WIDE * part * L;
  }

  private long first(int part) {
    return firsts[part];
  }

  /** A part's means and sums of squares around them. */
  public void moments(long x, long scratch, int part) {
    long at = x + first(part) * 4L * channels;
    int count = (int) (first(part + 1) - first(part));
    int c = 0;
    for (; c + WIDE * L <= channels; c += WIDE * L) {
      long sums = scratch + 16L * ((long) part * channels + c);
      wideMoments(at + 4L * c, 4L * channels, count, sums, temp(scratch, part));
    }
    for (; c < channels; c += L) {
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
    long temp = temp(scratch, part);
    int c = 0;
    for (; c + WIDE * L <= channels; c += WIDE * L) {
      long sums = scratch + 16L * ((long) part * channels + c);
      clear(sums, WIDE * L);
      for (int from = 0; from < count; from += BLOCK) {
        int to = Math.min(count, from + BLOCK);
        long at = skip + 4L * c;
        wideProducts(x + at, dy + at, mean + 4L * c, 4L * channels, from, to, temp);
        for (int v = 0; v < WIDE; v++) {
          add(temp + 8L * L * v, sums + 16L * L * v, L);
          add(temp + 8L * L * v + 4L * L, sums + 16L * L * v + 8, L);
        }
      }
    }
    for (; c < channels; c += L) {
      int lanes = Math.min(L, channels - c);
      long sums = scratch + 16L * ((long) part * channels + c);
      clear(sums, lanes);
      for (int from = 0; from < count; from += BLOCK) {
        int to = Math.min(count, from + BLOCK);
        long at = skip + 4L * c;
        productsBlock(x + at, dy + at, mean + 4L * c, 4L * channels, from, to, lanes, temp);
        add(temp, sums, lanes);
        add(temp + 4L * L, sums + 8, lanes);
      }
    }
  }

  private static void clear(long sums, int pairs) {
    for (int i = 0; i < 2 * pairs; i++) {
      Memory.ALL.set(Memory.F64, sums + 8L * i, 0);
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
    means(sums, count, lanes, temp);
  }

  /** Sums to means. */
  private static void means(long sums, int count, int lanes, long temp) {
    for (int lane = 0; lane < lanes; lane++) {
      double mean = Memory.ALL.get(Memory.F64, sums + 16L * lane) / count;
      Memory.ALL.set(Memory.F64, sums + 16L * lane, mean);
      Memory.ALL.set(Memory.F32, temp + 4L * lane, (float) mean);
    }
  }

  /** Means and squares of several vectors of channels. */
  private static void wideMoments(long at, long rowBytes, int count, long sums, long temp) {
    clear(sums, WIDE * L);
    for (int from = 0; from < count; from += BLOCK) {
      wideSum(at, rowBytes, from, Math.min(count, from + BLOCK), temp);
      for (int v = 0; v < WIDE; v++) {
        add(temp + 8L * L * v, sums + 16L * L * v, L);
      }
    }
    for (int v = 0; v < WIDE; v++) {
      means(sums + 16L * L * v, count, L, temp + 8L * L * v);
    }
    for (int from = 0; from < count; from += BLOCK) {
      wideSquares(at, rowBytes, from, Math.min(count, from + BLOCK), temp);
      for (int v = 0; v < WIDE; v++) {
        add(temp + 8L * L * v + 4L * L, sums + 16L * L * v + 8, L);
      }
    }
  }

  private static void wideSum(long at, long rowBytes, int from, int to, long temp) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int r = from; r < to; r++) {
      long p = at + r * rowBytes;
      s0 = s0.add(FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER));
      s1 = s1.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 4L * L, Lanes.ORDER));
      s2 = s2.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 8L * L, Lanes.ORDER));
      s3 = s3.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 12L * L, Lanes.ORDER));
    }
    s0.intoMemorySegment(Memory.ALL, temp, Lanes.ORDER);
    s1.intoMemorySegment(Memory.ALL, temp + 8L * L, Lanes.ORDER);
    s2.intoMemorySegment(Memory.ALL, temp + 16L * L, Lanes.ORDER);
    s3.intoMemorySegment(Memory.ALL, temp + 24L * L, Lanes.ORDER);
  }

  private static void wideSquares(long at, long rowBytes, int from, int to, long temp) {
    FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, temp, Lanes.ORDER);
    FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, temp + 8L * L, Lanes.ORDER);
    FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, temp + 16L * L, Lanes.ORDER);
    FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, temp + 24L * L, Lanes.ORDER);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int r = from; r < to; r++) {
      long p = at + r * rowBytes;
      FloatVector d0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER).sub(m0);
      FloatVector d1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, p + 4L * L, Lanes.ORDER).sub(m1);
      FloatVector d2 =
          FloatVector.fromMemorySegment(S, Memory.ALL, p + 8L * L, Lanes.ORDER).sub(m2);
      FloatVector d3 =
          FloatVector.fromMemorySegment(S, Memory.ALL, p + 12L * L, Lanes.ORDER).sub(m3);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    s0.intoMemorySegment(Memory.ALL, temp + 4L * L, Lanes.ORDER);
    s1.intoMemorySegment(Memory.ALL, temp + 12L * L, Lanes.ORDER);
    s2.intoMemorySegment(Memory.ALL, temp + 20L * L, Lanes.ORDER);
    s3.intoMemorySegment(Memory.ALL, temp + 28L * L, Lanes.ORDER);
  }

  private static void wideProducts(
      long x, long dy, long mean, long rowBytes, int from, int to, long temp) {
    FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, mean, Lanes.ORDER);
    FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, mean + 4L * L, Lanes.ORDER);
    FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, mean + 8L * L, Lanes.ORDER);
    FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, mean + 12L * L, Lanes.ORDER);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector p0 = s0;
    FloatVector p1 = s0;
    FloatVector p2 = s0;
    FloatVector p3 = s0;
    for (int r = from; r < to; r++) {
      long p = x + r * rowBytes;
      long q = dy + r * rowBytes;
      FloatVector f0 = FloatVector.fromMemorySegment(S, Memory.ALL, q, Lanes.ORDER);
      FloatVector f1 = FloatVector.fromMemorySegment(S, Memory.ALL, q + 4L * L, Lanes.ORDER);
      FloatVector f2 = FloatVector.fromMemorySegment(S, Memory.ALL, q + 8L * L, Lanes.ORDER);
      FloatVector f3 = FloatVector.fromMemorySegment(S, Memory.ALL, q + 12L * L, Lanes.ORDER);
      s0 = s0.add(f0);
      s1 = s1.add(f1);
      s2 = s2.add(f2);
      s3 = s3.add(f3);
      p0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER).sub(m0).fma(f0, p0);
      p1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, p + 4L * L, Lanes.ORDER).sub(m1).fma(f1, p1);
      p2 =
          FloatVector.fromMemorySegment(S, Memory.ALL, p + 8L * L, Lanes.ORDER).sub(m2).fma(f2, p2);
      p3 =
          FloatVector.fromMemorySegment(S, Memory.ALL, p + 12L * L, Lanes.ORDER)
              .sub(m3)
              .fma(f3, p3);
    }
    s0.intoMemorySegment(Memory.ALL, temp, Lanes.ORDER);
    p0.intoMemorySegment(Memory.ALL, temp + 4L * L, Lanes.ORDER);
    s1.intoMemorySegment(Memory.ALL, temp + 8L * L, Lanes.ORDER);
    p1.intoMemorySegment(Memory.ALL, temp + 12L * L, Lanes.ORDER);
    s2.intoMemorySegment(Memory.ALL, temp + 16L * L, Lanes.ORDER);
    p2.intoMemorySegment(Memory.ALL, temp + 20L * L, Lanes.ORDER);
    s3.intoMemorySegment(Memory.ALL, temp + 24L * L, Lanes.ORDER);
    p3.intoMemorySegment(Memory.ALL, temp + 28L * L, Lanes.ORDER);
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
