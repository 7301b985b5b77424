package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Position of the maximum or minimum, as 64-bit integers: the first of equals or the last; the
 * first NaN (or the last) wins over everything, as in numpy.
 *
 * <p>Rows: one pass for the value, one that stops where it finds it. Inner axes: vectors along
 * inner carry value and position.
 */
public final class ArgReduceF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;
  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, S.vectorShape());

  /** Contiguous rows [firstRow, lastRow) of at least one float. */
  public static void runRows(
      boolean min,
      boolean lastOfEquals,
      long src,
      long rowBytes,
      long dst,
      long firstRow,
      long lastRow,
      int length) {
    for (long row = firstRow; row < lastRow; row++) {
      long at = src + row * rowBytes;
      float value = min ? ReduceRowsF32.min(at, length) : ReduceRowsF32.max(at, length);
      int index = lastOfEquals ? last(at, length, value) : first(at, length, value);
      Memory.ALL.set(Memory.I64, dst + 8 * row, index);
    }
  }

  private static int first(long at, int length, float value) {
    boolean nan = Float.isNaN(value);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + k * BYTES, Lanes.ORDER);
      VectorMask<Float> found =
          nan ? x.compare(VectorOperators.NE, x) : x.compare(VectorOperators.EQ, value);
      if (found.anyTrue()) {
        return k * L + found.firstTrue();
      }
    }
    int rest = vectors * L;
    while (rest < length - 1 && !same(at, rest, value)) {
      rest++;
    }
    return rest;
  }

  private static int last(long at, int length, float value) {
    boolean nan = Float.isNaN(value);
    int vectors = length / L;
    for (int i = length - 1; i >= vectors * L; i--) {
      if (same(at, i, value)) {
        return i;
      }
    }
    for (int k = vectors - 1; k >= 0; k--) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + k * BYTES, Lanes.ORDER);
      VectorMask<Float> found =
          nan ? x.compare(VectorOperators.NE, x) : x.compare(VectorOperators.EQ, value);
      if (found.anyTrue()) {
        return k * L + found.lastTrue();
      }
    }
    return 0;
  }

  private static boolean same(long at, int index, float value) {
    float x = Memory.ALL.get(Memory.F32, at + 4L * index);
    return Float.isNaN(value) ? Float.isNaN(x) : x == value;
  }

  /**
   * Number of columns of [outer, axis, inner] a caller may split: vectors along inner, times outer.
   */
  public static long columns(long outer, int inner) {
    return outer * ((inner + L - 1) / L);
  }

  /** Columns [first, last) of {@link #columns}; dst is [outer, inner], contiguous. */
  public static void runInner(
      boolean min,
      boolean lastOfEquals,
      long src,
      long dst,
      long outerBytes,
      long axisBytes,
      long first,
      long last,
      int axis,
      int inner) {
    int perRow = (inner + L - 1) / L;
    for (long column = first; column < last; column++) {
      int done = (int) (column % perRow) * L;
      long outer = column / perRow;
      column(
          min ? -1f : 1f,
          lastOfEquals,
          src + outer * outerBytes + 4L * done,
          dst + 8L * (outer * inner + done),
          axisBytes,
          axis,
          Math.min(L, inner - done));
    }
  }

  private static void column(
      float sign, boolean lastOfEquals, long src, long dst, long axisBytes, int axis, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector best = FloatVector.fromMemorySegment(S, Memory.ALL, src, Lanes.ORDER, in).mul(sign);
    IntVector index = IntVector.zero(Lanes.I32);
    for (int a = 1; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in)
              .mul(sign);
      VectorMask<Float> bestIsNaN = best.compare(VectorOperators.NE, best);
      VectorMask<Float> xIsNaN = x.compare(VectorOperators.NE, x);
      VectorMask<Float> take = x.compare(VectorOperators.GT, best);
      if (lastOfEquals) {
        take = take.or(x.compare(VectorOperators.EQ, best)).or(xIsNaN);
      } else {
        take = take.or(xIsNaN.andNot(bestIsNaN));
      }
      best = best.blend(x, take);
      index = index.blend(a, take.cast(Lanes.I32));
    }
    LongVector low = (LongVector) index.convertShape(VectorOperators.I2L, LONGS, 0);
    LongVector high = (LongVector) index.convertShape(VectorOperators.I2L, LONGS, 1);
    // As pairs of ints: C2 has no masks of two longs, so they would be objects at 128 bits.
    VectorMask<Integer> inLow = Lanes.I32.indexInRange(0, 2 * lanes);
    VectorMask<Integer> inHigh = Lanes.I32.indexInRange(L, Math.max(2 * lanes, L));
    low.reinterpretAsInts().intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, inLow);
    high.reinterpretAsInts().intoMemorySegment(Memory.ALL, dst + BYTES, Lanes.ORDER, inHigh);
  }

  private ArgReduceF32() {}
}
