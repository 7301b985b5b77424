package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions over the middle axis of [outer, axis, inner], inner contiguous: dst[outer, inner].
 *
 * <p>Vectors lie along inner, four at a time, then one masked one; every element is read once, so
 * this is memory bound. Sums are taken in runs of {@link #RUN} rows whose totals are added, which
 * keeps long ones accurate. NaN, empty axes and reproducibility as in {@link ReduceRowsF32}.
 */
public final class ReduceInnerF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Rows summed in registers before they join the total. */
  private static final int RUN = 256;

  /** Number of column blocks a caller may split between threads. */
  public static long columns(long outer, int inner) {
    return outer * perRow(inner);
  }

  private static int perRow(int inner) {
    return (inner + 4 * L - 1) / (4 * L);
  }

  /** Column blocks [first, last) of {@link #columns}; dst is contiguous. */
  public static void run(
      ReduceKind kind,
      long src,
      long dst,
      long outerBytes,
      long axisBytes,
      long first,
      long last,
      int axis,
      int inner) {
    if (kind == ReduceKind.LOG_SUM_EXP) {
      long vectors = SoftmaxInnerF32.columns(1, inner);
      for (long column = first; column < last; column++) {
        long outer = column / perRow(inner);
        long from = outer * vectors + column % perRow(inner) * 4;
        SoftmaxInnerF32.runLogSumExp(
            src,
            dst,
            outerBytes,
            axisBytes,
            from,
            Math.min(from + 4, (outer + 1) * vectors),
            axis,
            inner);
      }
      return;
    }
    for (long column = first; column < last; column++) {
      long outer = column / perRow(inner);
      int done = (int) (column % perRow(inner)) * 4 * L;
      int width = Math.min(4 * L, inner - done);
      block(
          kind,
          src + outer * outerBytes + 4L * done,
          dst + 4L * (outer * inner + done),
          axisBytes,
          axis,
          width);
    }
  }

  private static void block(
      ReduceKind kind, long src, long dst, long axisBytes, int axis, int width) {
    float neutral =
        switch (kind) {
          case MAX -> Float.NEGATIVE_INFINITY;
          case MIN -> Float.POSITIVE_INFINITY;
          case PROD -> 1f;
          case SUM, MEAN, SUM_SQUARES, SUM_ABS, L2, LOG_SUM, LOG_SUM_EXP -> 0f;
        };
    fill(dst, width, neutral);
    for (int done = 0; done < axis; done += RUN) {
      long from = src + done * axisBytes;
      int rows = Math.min(RUN, axis - done);
      if (width == 4 * L) {
        wide(kind, from, dst, axisBytes, rows);
      } else {
        for (int i = 0; i < width; i += L) {
          narrow(kind, from + 4L * i, dst + 4L * i, axisBytes, rows, Math.min(L, width - i));
        }
      }
    }
    if (kind == ReduceKind.MEAN) {
      SoftmaxF32.scale(dst, width, 1f / axis);
    } else if (kind == ReduceKind.L2 || kind == ReduceKind.LOG_SUM) {
      for (int i = 0; i < width; i++) {
        float total = Memory.ALL.get(Memory.F32, dst + 4L * i);
        Memory.ALL.set(Memory.F32, dst + 4L * i, ReduceRowsF32.finish(kind, total, axis));
      }
    }
  }

  private static void fill(long dst, int width, float value) {
    FloatVector v = FloatVector.broadcast(S, value);
    for (int i = 0; i < width; i += L) {
      v.intoMemorySegment(Memory.ALL, dst + 4L * i, Lanes.ORDER, S.indexInRange(i, width));
    }
  }

  private static void wide(ReduceKind kind, long src, long dst, long axisBytes, int rows) {
    switch (kind) {
      case SUM, MEAN, LOG_SUM -> sumWide(src, dst, axisBytes, rows);
      case SUM_SQUARES, L2 -> squaresWide(src, dst, axisBytes, rows);
      case SUM_ABS -> absolutesWide(src, dst, axisBytes, rows);
      case MAX -> maxWide(src, dst, axisBytes, rows);
      case MIN -> minWide(src, dst, axisBytes, rows);
      case PROD -> productWide(src, dst, axisBytes, rows);
      case LOG_SUM_EXP -> throw new AssertionError("has its own kernel");
    }
  }

  private static void narrow(
      ReduceKind kind, long src, long dst, long axisBytes, int rows, int lanes) {
    switch (kind) {
      case SUM, MEAN, LOG_SUM -> sumNarrow(src, dst, axisBytes, rows, lanes);
      case SUM_SQUARES, L2 -> squaresNarrow(src, dst, axisBytes, rows, lanes);
      case SUM_ABS -> absolutesNarrow(src, dst, axisBytes, rows, lanes);
      case MAX -> maxNarrow(src, dst, axisBytes, rows, lanes);
      case MIN -> minNarrow(src, dst, axisBytes, rows, lanes);
      case PROD -> productNarrow(src, dst, axisBytes, rows, lanes);
      case LOG_SUM_EXP -> throw new AssertionError("has its own kernel");
    }
  }

  /** Joins rows into dst over 4 * L columns. */
  private static void maxWide(long src, long dst, long axisBytes, int rows) {
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER);
    FloatVector a1 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    FloatVector a2 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    FloatVector a3 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
    for (int a = 0; a < rows; a++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 3 * BYTES, Lanes.ORDER);
      a0 = a0.max(x0);
      a1 = a1.max(x1);
      a2 = a2.max(x2);
      a3 = a3.max(x3);
    }
    a0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    a1.intoMemorySegment(Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    a2.intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    a3.intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  /** Joins rows into dst over at most L columns. */
  private static void maxNarrow(long src, long dst, long axisBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER, in);
    for (int a = 0; a < rows; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      a0 = a0.max(x);
    }
    a0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  /** Joins rows into dst over 4 * L columns. */
  private static void minWide(long src, long dst, long axisBytes, int rows) {
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER);
    FloatVector a1 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    FloatVector a2 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    FloatVector a3 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
    for (int a = 0; a < rows; a++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 3 * BYTES, Lanes.ORDER);
      a0 = a0.min(x0);
      a1 = a1.min(x1);
      a2 = a2.min(x2);
      a3 = a3.min(x3);
    }
    a0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    a1.intoMemorySegment(Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    a2.intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    a3.intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  /** Joins rows into dst over at most L columns. */
  private static void minNarrow(long src, long dst, long axisBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER, in);
    for (int a = 0; a < rows; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      a0 = a0.min(x);
    }
    a0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  /** Joins rows into dst over 4 * L columns. */
  private static void productWide(long src, long dst, long axisBytes, int rows) {
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER);
    FloatVector a1 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    FloatVector a2 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    FloatVector a3 = FloatVector.fromMemorySegment(S, Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
    for (int a = 0; a < rows; a++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 3 * BYTES, Lanes.ORDER);
      a0 = a0.mul(x0);
      a1 = a1.mul(x1);
      a2 = a2.mul(x2);
      a3 = a3.mul(x3);
    }
    a0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    a1.intoMemorySegment(Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    a2.intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    a3.intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  /** Joins rows into dst over at most L columns. */
  private static void productNarrow(long src, long dst, long axisBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER, in);
    for (int a = 0; a < rows; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      a0 = a0.mul(x);
    }
    a0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  /** Joins rows into dst over 4 * L columns. */
  private static void sumWide(long src, long dst, long axisBytes, int rows) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = FloatVector.zero(S);
    FloatVector a2 = FloatVector.zero(S);
    FloatVector a3 = FloatVector.zero(S);
    for (int a = 0; a < rows; a++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 3 * BYTES, Lanes.ORDER);
      a0 = a0.add(x0);
      a1 = a1.add(x1);
      a2 = a2.add(x2);
      a3 = a3.add(x3);
    }
    a0.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    a1.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 1 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    a2.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 2 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    a3.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 3 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  /** Joins rows into dst over at most L columns. */
  private static void sumNarrow(long src, long dst, long axisBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector a0 = FloatVector.zero(S);
    for (int a = 0; a < rows; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      a0 = a0.add(x);
    }
    a0.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER, in))
        .intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  /** Joins rows into dst over 4 * L columns. */
  private static void squaresWide(long src, long dst, long axisBytes, int rows) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = FloatVector.zero(S);
    FloatVector a2 = FloatVector.zero(S);
    FloatVector a3 = FloatVector.zero(S);
    for (int a = 0; a < rows; a++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 3 * BYTES, Lanes.ORDER);
      a0 = x0.fma(x0, a0);
      a1 = x1.fma(x1, a1);
      a2 = x2.fma(x2, a2);
      a3 = x3.fma(x3, a3);
    }
    a0.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    a1.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 1 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    a2.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 2 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    a3.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 3 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  /** Joins rows into dst over at most L columns. */
  private static void squaresNarrow(long src, long dst, long axisBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector a0 = FloatVector.zero(S);
    for (int a = 0; a < rows; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      a0 = x.fma(x, a0);
    }
    a0.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER, in))
        .intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  /** Joins rows into dst over 4 * L columns. */
  private static void absolutesWide(long src, long dst, long axisBytes, int rows) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = FloatVector.zero(S);
    FloatVector a2 = FloatVector.zero(S);
    FloatVector a3 = FloatVector.zero(S);
    for (int a = 0; a < rows; a++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, src + a * axisBytes + 3 * BYTES, Lanes.ORDER);
      a0 = a0.add(x0.abs());
      a1 = a1.add(x1.abs());
      a2 = a2.add(x2.abs());
      a3 = a3.add(x3.abs());
    }
    a0.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    a1.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 1 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 1 * BYTES, Lanes.ORDER);
    a2.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 2 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    a3.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst + 3 * BYTES, Lanes.ORDER))
        .intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  /** Joins rows into dst over at most L columns. */
  private static void absolutesNarrow(long src, long dst, long axisBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector a0 = FloatVector.zero(S);
    for (int a = 0; a < rows; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      a0 = a0.add(x.abs());
    }
    a0.add(FloatVector.fromMemorySegment(S, Memory.ALL, dst, Lanes.ORDER, in))
        .intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, in);
  }

  private ReduceInnerF32() {}
}
