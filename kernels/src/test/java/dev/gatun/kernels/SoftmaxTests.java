package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.kernels.FloatBuffers.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Softmax, log-softmax and log-sum-exp against double precision, contiguous and along any axis. */
class SoftmaxTests {
  /** exp 1 ulp, its argument 1 ulp of up to 40, sum and division. */
  private static final double RELATIVE = 60 * 0x1p-24;

  static int[] sizes() {
    return FloatBuffers.oddSizes();
  }

  /** [outer, axis, inner] -> softmax, log-softmax or [outer, inner] log-sum-exp. */
  static double[][] expected(double[] x, int outer, int axis, int inner) {
    double[] soft = new double[x.length];
    double[] log = new double[x.length];
    double[] lse = new double[outer * inner];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        double max = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < axis; a++) {
          max = Math.max(max, x[(o * axis + a) * inner + i]);
        }
        double sum = 0;
        for (int a = 0; a < axis; a++) {
          sum += Math.exp(x[(o * axis + a) * inner + i] - max);
        }
        for (int a = 0; a < axis; a++) {
          int at = (o * axis + a) * inner + i;
          soft[at] = Math.exp(x[at] - max) / sum;
          log[at] = x[at] - max - Math.log(sum);
        }
        lse[o * inner + i] = Double.isInfinite(max) ? max : max + Math.log(sum);
      }
    }
    return new double[][] {soft, log, lse};
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void rowsAgreeWithDoublePrecision(int length) {
    Random random = new Random(length);
    int rows = 3;
    float scale = 0.37f;
    float[] values = FloatBuffers.uniform(random, rows * length, -40, 40);
    double[] x = new double[values.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (double) values[i] * scale;
    }
    double[][] expected = expected(x, rows, length, 1);
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(values);
      Buffer dst = m.blank(rows * length);
      SoftmaxF32.run(src.at(), 4L * length, dst.at(), 4L * length, 0, 2, length, scale);
      SoftmaxF32.run(src.at(), 4L * length, dst.at(), 4L * length, 2, 3, length, scale);
      assertClose(expected[0], dst.floats(), RELATIVE, 1e-37, "softmax");
      LogSoftmaxF32.run(src.at(), 4L * length, dst.at(), 4L * length, 0, rows, length, scale);
      assertClose(expected[1], dst.floats(), 4 * 0x1p-24, 4e-6, "log-softmax");
      SoftmaxF32.run(src.at(), 4L * length, src.at(), 4L * length, 0, rows, length, scale);
      assertClose(expected[0], src.floats(), RELATIVE, 1e-37, "in place");
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void masksAreAddedAndBroadcast(int length) {
    Random random = new Random(length);
    int batch = 2;
    int heads = 3;
    int queries = 2;
    int rows = batch * heads * queries;
    float scale = 0.5f;
    float[] values = FloatBuffers.uniform(random, rows * length, -10, 10);
    float[] mask = FloatBuffers.uniform(random, batch * length, -3, 3);
    for (int i = 1; i < length; i += 3) {
      mask[i] = Float.NEGATIVE_INFINITY;
    }
    double[] x = new double[values.length];
    for (int i = 0; i < x.length; i++) {
      int row = i / length;
      x[i] =
          (double) values[i] * scale + mask[row / (heads * queries) % batch * length + i % length];
    }
    double[][] expected = expected(x, rows, length, 1);
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(values);
      Buffer masks = m.of(mask);
      Buffer dst = m.blank(rows * length);
      long bytes = 4L * length;
      long divisor = (long) heads * queries;
      SoftmaxF32.runMasked(
          src.at(),
          bytes,
          masks.at(),
          bytes,
          divisor,
          batch,
          dst.at(),
          bytes,
          0,
          rows,
          length,
          scale);
      assertClose(expected[0], dst.floats(), RELATIVE, 1e-37, "softmax");
      LogSoftmaxF32.runMasked(
          src.at(),
          bytes,
          masks.at(),
          bytes,
          divisor,
          batch,
          dst.at(),
          bytes,
          0,
          rows,
          length,
          scale);
      assertClose(expected[1], dst.floats(), 4 * 0x1p-24, 4e-6, "log-softmax");
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void anyAxisAgreesWithDoublePrecision(int inner) {
    Random random = new Random(inner);
    int outer = 2;
    for (int axis : new int[] {1, 2, 7, 33}) {
      float[] values = FloatBuffers.uniform(random, outer * axis * inner, -20, 20);
      double[][] expected = expected(FloatBuffers.doubles(values), outer, axis, inner);
      try (FloatBuffers m = new FloatBuffers()) {
        Buffer src = m.of(values);
        Buffer dst = m.blank(values.length);
        Buffer lse = m.blank(outer * inner);
        long axisBytes = 4L * inner;
        long outerBytes = axisBytes * axis;
        long columns = SoftmaxInnerF32.columns(outer, inner);
        SoftmaxInnerF32.run(
            src.at(), dst.at(), outerBytes, axisBytes, 0, 1, axis, inner, 1f, false);
        SoftmaxInnerF32.run(
            src.at(), dst.at(), outerBytes, axisBytes, 1, columns, axis, inner, 1f, false);
        assertClose(expected[0], dst.floats(), RELATIVE, 1e-37, "softmax");
        SoftmaxInnerF32.run(
            src.at(), dst.at(), outerBytes, axisBytes, 0, columns, axis, inner, 1f, true);
        assertClose(expected[1], dst.floats(), 4 * 0x1p-24, 4e-6, "log-softmax");
        SoftmaxInnerF32.runLogSumExp(
            src.at(), lse.at(), outerBytes, axisBytes, 0, columns, axis, inner);
        assertClose(expected[2], lse.floats(), 4 * 0x1p-24, 4e-6, "log-sum-exp");
      }
    }
  }

  @Test
  void specialValuesAreNumpys() {
    float inf = Float.POSITIVE_INFINITY;
    float nan = Float.NaN;
    float[][] rows = {{1, nan, 2}, {-inf, -inf, -inf}, {1, inf, 2}, {1, -inf, 1}, {nan, nan, nan}};
    float[][] softmax = {
      {nan, nan, nan}, {nan, nan, nan}, {nan, nan, nan}, {0.5f, 0, 0.5f}, {nan, nan, nan}
    };
    float[] lse = {nan, -inf, inf, 1 + (float) Math.log(2), nan};
    for (int r = 0; r < rows.length; r++) {
      try (FloatBuffers m = new FloatBuffers()) {
        Buffer src = m.of(rows[r]);
        Buffer dst = m.blank(3);
        SoftmaxF32.run(src.at(), 12, dst.at(), 12, 0, 1, 3, 1f);
        assertArrayEquals(softmax[r], dst.floats(), "row " + r);
        SoftmaxInnerF32.run(src.at(), dst.at(), 12, 4, 0, 1, 3, 1, 1f, false);
        assertArrayEquals(softmax[r], dst.floats(), "column " + r);
        SoftmaxInnerF32.runLogSumExp(src.at(), dst.at(), 12, 4, 0, 1, 3, 1);
        assertEquals(lse[r], dst.floats()[0], "log-sum-exp of column " + r);
        assertEquals(lse[r], ReduceRowsF32.row(ReduceKind.LOG_SUM_EXP, src.at(), 3), "row " + r);
      }
    }
  }

  @Test
  void emptyRowsWriteNothing() {
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer none = m.blank(0);
      SoftmaxF32.run(none.at(), 0, none.at(), 0, 0, 4, 0, 1f);
      LogSoftmaxF32.run(none.at(), 0, none.at(), 0, 0, 4, 0, 1f);
    }
  }
}
