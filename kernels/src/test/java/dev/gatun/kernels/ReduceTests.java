package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.kernels.FloatBuffers.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions and positions of extrema against double precision, along rows and inner axes. */
class ReduceTests {
  /** One float reduced in double precision; the neutral element of nothing. */
  static double reduce(ReduceKind kind, float[] x, int from, int count, int stride) {
    double max = Double.NEGATIVE_INFINITY;
    double min = Double.POSITIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    double absolutes = 0;
    double product = 1;
    for (int i = 0; i < count; i++) {
      double v = x[from + i * stride];
      max = Math.max(max, v);
      min = Math.min(min, v);
      sum += v;
      squares += v * v;
      absolutes += Math.abs(v);
      product *= v;
    }
    double exponentials = 0;
    for (int i = 0; i < count; i++) {
      exponentials += Math.exp(x[from + i * stride] - max);
    }
    return switch (kind) {
      case SUM -> sum;
      case MEAN -> sum / count;
      case MAX -> max;
      case MIN -> min;
      case PROD -> product;
      case SUM_SQUARES -> squares;
      case SUM_ABS -> absolutes;
      case L2 -> Math.sqrt(squares);
      case LOG_SUM -> Math.log(sum);
      case LOG_SUM_EXP -> count == 0 ? max : max + Math.log(exponentials);
    };
  }

  private static float[] input(ReduceKind kind, Random random, int count) {
    // Close to one for products, positive for the logarithm of a sum.
    return switch (kind) {
      case PROD -> FloatBuffers.uniform(random, count, 0.95f, 1.06f);
      case LOG_SUM -> FloatBuffers.uniform(random, count, 0, 2);
      default -> FloatBuffers.uniform(random, count, -2, 2);
    };
  }

  @ParameterizedTest
  @EnumSource
  void rowsAgreeWithDoublePrecision(ReduceKind kind) {
    Random random = new Random(kind.name().length());
    int[] sizes = FloatBuffers.oddSizes();
    for (int s = -1; s < sizes.length; s++) {
      int length = s < 0 ? 0 : sizes[s];
      int rows = 3;
      float[] x = input(kind, random, rows * length);
      double[] expected = new double[rows];
      for (int r = 0; r < rows; r++) {
        expected[r] = reduce(kind, x, r * length, length, 1);
      }
      try (FloatBuffers m = new FloatBuffers()) {
        Buffer src = m.of(x);
        Buffer dst = m.blank(rows);
        ReduceRowsF32.run(kind, src.at(), 4L * length, dst.at(), 0, 1, length);
        ReduceRowsF32.run(kind, src.at(), 4L * length, dst.at(), 1, rows, length);
        assertClose(expected, dst.floats(), (4 + length) * 0x1p-24, 2e-6, kind + " " + length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void innerAxesAgreeWithDoublePrecision(ReduceKind kind) {
    Random random = new Random(kind.name().length());
    int outer = 2;
    for (int inner : FloatBuffers.oddSizes()) {
      for (int axis : new int[] {0, 1, 3, 29, 257}) {
        float[] x = input(kind, random, outer * axis * inner);
        double[] expected = new double[outer * inner];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = reduce(kind, x, i / inner * axis * inner + i % inner, axis, inner);
        }
        try (FloatBuffers m = new FloatBuffers()) {
          Buffer src = m.of(x);
          Buffer dst = m.blank(outer * inner);
          long columns = ReduceInnerF32.columns(outer, inner);
          long bytes = 4L * inner;
          ReduceInnerF32.run(kind, src.at(), dst.at(), axis * bytes, bytes, 0, 1, axis, inner);
          ReduceInnerF32.run(
              kind, src.at(), dst.at(), axis * bytes, bytes, 1, columns, axis, inner);
          assertClose(
              expected,
              dst.floats(),
              (4 + axis) * 0x1p-24,
              axis * 2e-7 + 2e-6,
              kind + " [" + axis + ", " + inner + "]");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SUM", "MEAN", "MAX", "PROD", "L2", "LOG_SUM_EXP"})
  void longRowsSplitIntoPartialsToTheBit(ReduceKind kind) {
    int length = 3 * ReduceRowsF32.PARTIAL + 4321;
    float[] x = input(kind, new Random(5), length);
    if (kind == ReduceKind.PROD) {
      x = FloatBuffers.uniform(new Random(5), length, 0.9999f, 1.0001f);
    }
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      Buffer scratch = m.blank(2 * (int) ReduceRowsF32.partials(length));
      ReduceRowsF32.partial(kind, src.at(), length, scratch.at(), 2, 4);
      ReduceRowsF32.partial(kind, src.at(), length, scratch.at(), 0, 2);
      float split = ReduceRowsF32.combine(kind, scratch.at(), length);
      assertEquals(ReduceRowsF32.row(kind, src.at(), length), split);
      double expected = reduce(kind, x, 0, length, 1);
      assertClose(new double[] {expected}, new float[] {split}, 2e-5, 2e-3, kind.toString());
    }
  }

  @Test
  void longSumsStayAccurate() {
    // One float accumulator would be off by a per cent here.
    int length = 3_000_000;
    float[] x = new float[length];
    java.util.Arrays.fill(x, 0.1f);
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      double expected = length * (double) 0.1f;
      assertEquals(expected, ReduceRowsF32.row(ReduceKind.SUM, src.at(), length), expected * 2e-6);
      Buffer dst = m.blank(2);
      ReduceInnerF32.run(ReduceKind.SUM, src.at(), dst.at(), 0, 8, 0, 1, length / 2, 2);
      assertEquals(expected / 2, dst.floats()[0], expected / 2 * 5e-4);
    }
  }

  @Test
  void extremaPropagateNaN() {
    for (int length : FloatBuffers.oddSizes()) {
      for (int at = 0; at < length; at += 5) {
        float[] x = FloatBuffers.uniform(new Random(at), length, -1, 1);
        x[at] = Float.NaN;
        try (FloatBuffers m = new FloatBuffers()) {
          Buffer src = m.of(x);
          Buffer dst = m.blank(length);
          for (ReduceKind kind : new ReduceKind[] {ReduceKind.MAX, ReduceKind.MIN}) {
            assertEquals(Float.NaN, ReduceRowsF32.row(kind, src.at(), length));
            ReduceInnerF32.run(
                kind,
                src.at(),
                dst.at(),
                0,
                4L * length,
                0,
                ReduceInnerF32.columns(1, length),
                1,
                length);
            assertEquals(Float.NaN, dst.floats()[at]);
          }
        }
      }
    }
  }

  /** numpy's argmax (sign 1) or argmin (sign -1): the first NaN wins, then the first extremum. */
  private static int position(float[] x, int from, int count, int stride, int sign, boolean last) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      float a = sign * x[from + best * stride];
      float b = sign * x[from + i * stride];
      boolean tie = a == b || Float.isNaN(a) && Float.isNaN(b);
      boolean better = b > a || Float.isNaN(b) && !Float.isNaN(a);
      if (better || tie && last) {
        best = i;
      }
    }
    return best;
  }

  private static long[] longs(Buffer buffer) {
    long[] values = new long[buffer.length() / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = Memory.ALL.get(Memory.I64, buffer.at() + 8L * i);
    }
    return values;
  }

  @Test
  void positionsAreNumpys() {
    Random random = new Random(3);
    for (int size : FloatBuffers.oddSizes()) {
      for (int variant = 0; variant < 8; variant++) {
        boolean min = (variant & 1) != 0;
        boolean last = (variant & 2) != 0;
        int other = 9;
        float[] x = new float[size * other];
        for (int i = 0; i < x.length; i++) {
          boolean nan = (variant & 4) != 0 && random.nextInt(20) == 0;
          x[i] = nan ? Float.NaN : random.nextInt(7) - 3; // many ties
        }
        try (FloatBuffers m = new FloatBuffers()) {
          Buffer src = m.of(x);
          Buffer dst = m.blank(2 * other);
          ArgReduceF32.runRows(min, last, src.at(), 4L * size, dst.at(), 0, other, size);
          long[] rows = longs(dst);
          for (int r = 0; r < other; r++) {
            assertEquals(
                position(x, r * size, size, 1, min ? -1 : 1, last), rows[r], "row of " + size);
          }
          Buffer inner = m.blank(2 * size);
          ArgReduceF32.runInner(
              min,
              last,
              src.at(),
              inner.at(),
              0,
              4L * size,
              0,
              ArgReduceF32.columns(1, size),
              other,
              size);
          long[] columns = longs(inner);
          for (int c = 0; c < size; c++) {
            assertEquals(
                position(x, c, other, size, min ? -1 : 1, last), columns[c], "column of " + size);
          }
        }
      }
    }
  }

  @Test
  void columnSumsAgreeWithDoublePrecision() {
    Random random = new Random(11);
    int l = Lanes.F32_LENGTH;
    int[][] sizes = {
      {1, 1},
      {7, l - 1},
      {8, l},
      {9, l + 1},
      {16, 4 * l + 3},
      {17, 257},
      {37, 2048},
      {23, 4099},
      {700, 131},
      {1031, 1}
    };
    for (int[] size : sizes) {
      int rows = size[0];
      int columns = size[1];
      ColumnSumsF32 plan = new ColumnSumsF32(rows, columns);
      try (FloatBuffers buffers = new FloatBuffers()) {
        Buffer src = buffers.random(random, rows * columns, -2, 2);
        Buffer scratch = buffers.blank((int) (plan.scratchBytes() / 4));
        Buffer dst = buffers.blank(columns);
        for (int part = plan.parts() - 1; part >= 0; part--) {
          plan.run(src.at(), scratch.at(), part);
        }
        plan.combine(scratch.at(), dst.at(), columns / 2, columns);
        plan.combine(scratch.at(), dst.at(), 0, columns / 2);
        float[] x = src.floats();
        float[] sums = dst.floats();
        for (int c = 0; c < columns; c++) {
          double expected = reduce(ReduceKind.SUM, x, c, rows, columns);
          assertEquals(expected, sums[c], 1e-5 * Math.sqrt(rows), rows + " x " + columns);
        }
      }
    }
  }

  @Test
  void columnSumsKeepWhatIsNotFinite() {
    int columns = 2 * Lanes.F32_LENGTH + 1;
    int rows = 19;
    float[] x = new float[rows * columns];
    x[3 * columns] = Float.NaN;
    x[17 * columns + 1] = Float.POSITIVE_INFINITY;
    x[18 * columns - 1] = Float.NEGATIVE_INFINITY;
    ColumnSumsF32 plan = new ColumnSumsF32(rows, columns);
    try (FloatBuffers buffers = new FloatBuffers()) {
      Buffer src = buffers.of(x);
      Buffer scratch = buffers.blank((int) (plan.scratchBytes() / 4));
      Buffer dst = buffers.blank(columns);
      for (int part = 0; part < plan.parts(); part++) {
        plan.run(src.at(), scratch.at(), part);
      }
      plan.combine(scratch.at(), dst.at(), 0, columns);
      float[] expected = new float[columns];
      expected[0] = Float.NaN;
      expected[1] = Float.POSITIVE_INFINITY;
      expected[columns - 1] = Float.NEGATIVE_INFINITY;
      org.junit.jupiter.api.Assertions.assertArrayEquals(expected, dst.floats());
    }
  }
}
