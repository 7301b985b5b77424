package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions over contiguous rows: dst[row] = reduce(src[row, :]).
 *
 * <p>Four vector chains, memory bound from L2 outwards. Sums are taken in blocks whose totals are
 * added in double ({@link Sums}). Maximum and minimum propagate NaN as numpy does. An empty row
 * gives the neutral element, and NaN for the mean. The order depends on the length only, so any
 * split of the rows between threads gives the same bits; one long row may be split with {@link
 * #partial} and {@link #combine}, which is what a single row does, too.
 */
public final class ReduceRowsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Floats in one partial result of a long row. */
  public static final int PARTIAL = 16 * Sums.BLOCK;

  /** Rows [firstRow, lastRow); dst is contiguous. */
  public static void run(
      ReduceKind kind,
      long src,
      long rowBytes,
      long dst,
      long firstRow,
      long lastRow,
      long length) {
    for (long row = firstRow; row < lastRow; row++) {
      Memory.ALL.set(Memory.F32, dst + 4 * row, row(kind, src + row * rowBytes, length));
    }
  }

  /** How many partial results a row of this length has. */
  public static long partials(long length) {
    return (length + PARTIAL - 1) / PARTIAL;
  }

  /** Partial results [first, last) of one row into doubles at scratch. */
  public static void partial(
      ReduceKind kind, long src, long length, long scratch, long first, long last) {
    for (long p = first; p < last; p++) {
      long at = src + p * (4L * PARTIAL);
      int count = (int) Math.min(PARTIAL, length - p * PARTIAL);
      Memory.ALL.set(Memory.F64, scratch + 8 * p, part(kind, at, count));
    }
  }

  /** The result of a row from all its partial results. */
  public static float combine(ReduceKind kind, long scratch, long length) {
    double total = neutral(kind);
    long partials = partials(length);
    for (long p = 0; p < partials; p++) {
      total = add(kind, total, Memory.ALL.get(Memory.F64, scratch + 8 * p));
    }
    return finish(kind, total, length);
  }

  /** One row. */
  public static float row(ReduceKind kind, long src, long length) {
    if (length > 0 && length <= PARTIAL) {
      return finish(kind, part(kind, src, (int) length), length);
    }
    double total = neutral(kind);
    for (long done = 0; done < length; done += PARTIAL) {
      long at = src + 4 * done;
      int count = (int) Math.min(PARTIAL, length - done);
      total = add(kind, total, part(kind, at, count));
    }
    return finish(kind, total, length);
  }

  private static double part(ReduceKind kind, long at, int count) {
    return switch (kind) {
      case SUM, MEAN, LOG_SUM -> Sums.sum(at, count);
      case SUM_SQUARES, L2 -> Sums.squares(at, count);
      case SUM_ABS -> Sums.absolutes(at, count);
      case MAX -> max(at, count);
      case MIN -> min(at, count);
      case PROD -> product(at, count);
      case LOG_SUM_EXP -> LogSoftmaxF32.logSumExp(at, count);
    };
  }

  private static double neutral(ReduceKind kind) {
    return switch (kind) {
      case MAX, LOG_SUM_EXP -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
      case PROD -> 1;
      case SUM, MEAN, SUM_SQUARES, SUM_ABS, L2, LOG_SUM -> 0;
    };
  }

  private static double add(ReduceKind kind, double a, double b) {
    return switch (kind) {
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case PROD -> a * b;
      case SUM, MEAN, SUM_SQUARES, SUM_ABS, L2, LOG_SUM -> a + b;
      case LOG_SUM_EXP -> {
        double max = Math.max(a, b);
        yield Double.isInfinite(max) || Double.isNaN(max)
            ? max
            : max + Math.log(Math.exp(a - max) + Math.exp(b - max));
      }
    };
  }

  static float finish(ReduceKind kind, double total, long length) {
    return switch (kind) {
      case MEAN -> (float) (total / length);
      case L2 -> (float) Math.sqrt(total);
      case LOG_SUM -> (float) Math.log(total);
      case SUM, MAX, MIN, PROD, SUM_SQUARES, SUM_ABS, LOG_SUM_EXP -> (float) total;
    };
  }

  static float max(long at, int count) {
    FloatVector a0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER);
      a0 = a0.max(x0);
      a1 = a1.max(x1);
      a2 = a2.max(x2);
      a3 = a3.max(x3);
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER);
      a0 = a0.max(x0);
      a1 = a1.max(x1);
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      a2 = a2.max(x);
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in);
      a3 = a3.blend(a3.max(x), in);
    }
    return a0.max(a1).max(a2.max(a3)).reduceLanes(VectorOperators.MAX);
  }

  static float min(long at, int count) {
    FloatVector a0 = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER);
      a0 = a0.min(x0);
      a1 = a1.min(x1);
      a2 = a2.min(x2);
      a3 = a3.min(x3);
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER);
      a0 = a0.min(x0);
      a1 = a1.min(x1);
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      a2 = a2.min(x);
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in);
      a3 = a3.blend(a3.min(x), in);
    }
    return a0.min(a1).min(a2.min(a3)).reduceLanes(VectorOperators.MIN);
  }

  static float product(long at, int count) {
    FloatVector a0 = FloatVector.broadcast(S, 1f);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER);
      a0 = a0.mul(x0);
      a1 = a1.mul(x1);
      a2 = a2.mul(x2);
      a3 = a3.mul(x3);
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER);
      a0 = a0.mul(x0);
      a1 = a1.mul(x1);
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      a2 = a2.mul(x);
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in);
      a3 = a3.blend(a3.mul(x), in);
    }
    return a0.mul(a1).mul(a2.mul(a3)).reduceLanes(VectorOperators.MUL);
  }

  private ReduceRowsF32() {}
}
