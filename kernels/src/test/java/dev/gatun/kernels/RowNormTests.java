package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.kernels.FloatBuffers.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layer, RMS, L2, batch and group norm against double precision. */
class RowNormTests {
  private static final float EPSILON = 1e-5f;

  /** Rounding of the mean, the factor and two products. */
  private static final double CLOSE = 1e-5;

  static int[] sizes() {
    return FloatBuffers.oddSizes();
  }

  /** (x - mean) / sqrt(variance + epsilon) over runs of count; also mean and factor. */
  static double[][] standardised(double[] x, int count) {
    int rows = x.length / count;
    double[] y = new double[x.length];
    double[] means = new double[rows];
    double[] factors = new double[rows];
    for (int r = 0; r < rows; r++) {
      double mean = 0;
      for (int i = 0; i < count; i++) {
        mean += x[r * count + i] / count;
      }
      double variance = 0;
      for (int i = 0; i < count; i++) {
        variance += (x[r * count + i] - mean) * (x[r * count + i] - mean) / count;
      }
      means[r] = mean;
      factors[r] = 1 / Math.sqrt(variance + EPSILON);
      for (int i = 0; i < count; i++) {
        y[r * count + i] = (x[r * count + i] - mean) * factors[r];
      }
    }
    return new double[][] {y, means, factors};
  }

  /** x * scale[i % n] + bias[i % n]; null leaves an operand out. */
  static double[] affine(double[] x, float[] scale, float[] bias) {
    double[] y = x.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = y[i] * scale[i % scale.length] + (bias.length == 0 ? 0 : bias[i % bias.length]);
    }
    return y;
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void layerNormGradientAgreesWithDoublePrecision(int length) {
    Random random = new Random(length);
    int rows = 131; // several parts
    float[] x = FloatBuffers.uniform(random, rows * length, -3, 5);
    float[] dy = FloatBuffers.uniform(random, rows * length, -1, 1);
    float[] scale = FloatBuffers.uniform(random, length, -2, 2);
    float[] mean = FloatBuffers.uniform(random, rows, 0, 2);
    float[] inverse = FloatBuffers.uniform(random, rows, 0.2f, 1);
    double[] dx = new double[x.length];
    double[] dscale = new double[length];
    for (int r = 0; r < rows; r++) {
      double flow = 0;
      double product = 0;
      for (int i = 0; i < length; i++) {
        double n = ((double) x[r * length + i] - mean[r]) * inverse[r];
        double d = (double) dy[r * length + i] * scale[i];
        flow += d / length;
        product += d * n / length;
        dscale[i] += dy[r * length + i] * n;
      }
      for (int i = 0; i < length; i++) {
        double n = ((double) x[r * length + i] - mean[r]) * inverse[r];
        double d = (double) dy[r * length + i] * scale[i];
        dx[r * length + i] = inverse[r] * (d - flow - n * product);
      }
    }
    LayerNormGradientF32 plan = new LayerNormGradientF32(rows, length);
    try (FloatBuffers m = new FloatBuffers()) {
      long scratch = m.blank((int) plan.scratchBytes() / 4).at();
      Buffer toX = m.of(dy); // dx may be dy
      Buffer toScale = m.blank(length);
      for (int part = plan.parts() - 1; part >= 0; part--) {
        plan.run(
            m.of(x).at(),
            toX.at(),
            m.of(mean).at(),
            m.of(inverse).at(),
            m.of(scale).at(),
            toX.at(),
            scratch,
            part);
      }
      plan.combine(scratch, toScale.at(), 0, length);
      assertClose(dx, toX.floats(), CLOSE, CLOSE, "dx");
      assertClose(dscale, toScale.floats(), 1e-4, 1e-4, "dscale");
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void layerNormAgreesWithDoublePrecision(int length) {
    Random random = new Random(length);
    int rows = 7; // four side by side and a rest
    float[] x = FloatBuffers.uniform(random, rows * length, 5, 9);
    float[] g = FloatBuffers.uniform(random, length, 0.5f, 1.5f);
    float[] b = FloatBuffers.uniform(random, length, -1, 1);
    double[][] expected = standardised(FloatBuffers.doubles(x), length);
    long bytes = 4L * length;
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      Buffer scale = m.of(g);
      Buffer bias = m.of(b);
      Buffer dst = m.blank(rows * length);
      Buffer mean = m.blank(rows);
      Buffer inverse = m.blank(rows);
      for (int first = 0; first < rows; first += 6) {
        LayerNormF32.run(
            src.at(),
            bytes,
            scale.at(),
            bias.at(),
            dst.at(),
            bytes,
            mean.at(),
            inverse.at(),
            first,
            Math.min(first + 6, rows),
            length,
            EPSILON);
      }
      assertClose(affine(expected[0], g, b), dst.floats(), CLOSE, CLOSE, "scale and bias");
      assertClose(expected[1], mean.floats(), 1e-6, 0, "mean");
      assertClose(expected[2], inverse.floats(), CLOSE, 0, "inverse");
      LayerNormF32.run(
          src.at(), bytes, scale.at(), 0, dst.at(), bytes, 0, 0, 0, rows, length, EPSILON);
      assertClose(affine(expected[0], g, new float[0]), dst.floats(), CLOSE, CLOSE, "scale");
      LayerNormF32.run(src.at(), bytes, 0, 0, src.at(), bytes, 0, 0, 0, rows, length, EPSILON);
      assertClose(expected[0], src.floats(), CLOSE, CLOSE, "plain, in place");
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void residualIsAddedAndKept(int length) {
    Random random = new Random(length);
    int rows = 2;
    long bytes = 4L * length;
    float[] x = FloatBuffers.uniform(random, rows * length, -2, 2);
    float[] r = FloatBuffers.uniform(random, rows * length, -2, 2);
    float[] g = FloatBuffers.uniform(random, length, 0.5f, 1.5f);
    float[] sum = x.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += r[i];
    }
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      Buffer residual = m.of(r);
      Buffer scale = m.of(g);
      Buffer kept = m.blank(rows * length);
      Buffer dst = m.blank(rows * length);
      LayerNormF32.runResidual(
          src.at(),
          bytes,
          residual.at(),
          bytes,
          kept.at(),
          bytes,
          scale.at(),
          0,
          dst.at(),
          bytes,
          0,
          0,
          0,
          rows,
          length,
          EPSILON);
      assertArrayEquals(sum, kept.floats());
      double[] layer = standardised(FloatBuffers.doubles(sum), length)[0];
      // One element's variance is 0: the factor is 1 / sqrt(epsilon) and magnifies nothing but 0.
      assertClose(affine(layer, g, new float[0]), dst.floats(), CLOSE, 2e-5, "layer norm");
      RmsNormF32.runResidual(
          src.at(),
          bytes,
          residual.at(),
          bytes,
          residual.at(),
          bytes,
          scale.at(),
          dst.at(),
          bytes,
          0,
          rows,
          length,
          EPSILON);
      assertArrayEquals(sum, residual.floats());
      assertClose(affine(rms(sum, length), g, new float[0]), dst.floats(), CLOSE, 0, "rms norm");
    }
  }

  private static double[] rms(float[] x, int length) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      double squares =
          ReduceTests.reduce(ReduceKind.SUM_SQUARES, x, i / length * length, length, 1);
      y[i] = x[i] / Math.sqrt(squares / length + EPSILON);
    }
    return y;
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void rmsAndL2NormAgreeWithDoublePrecision(int length) {
    Random random = new Random(length);
    int rows = 3;
    long bytes = 4L * length;
    float[] x = FloatBuffers.uniform(random, rows * length, -2, 2);
    double[] l2 = new double[x.length];
    double[] columns = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      l2[i] = x[i] / ReduceTests.reduce(ReduceKind.L2, x, i / length * length, length, 1);
      columns[i] = x[i] / ReduceTests.reduce(ReduceKind.L2, x, i % length, rows, length);
    }
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      Buffer dst = m.blank(x.length);
      RmsNormF32.run(src.at(), bytes, 0, dst.at(), bytes, 0, rows, length, EPSILON);
      assertClose(rms(x, length), dst.floats(), CLOSE, 0, "rms norm");
      RmsNormF32.runL2Inner(
          src.at(), dst.at(), 0, bytes, 0, RmsNormF32.columns(1, length), rows, length, 0f);
      assertClose(columns, dst.floats(), CLOSE, 0, "l2 norm of columns");
      RmsNormF32.runL2(src.at(), bytes, src.at(), bytes, 0, rows, length, 0f);
      assertClose(l2, src.floats(), CLOSE, 0, "l2 norm");
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void batchNormAgreesWithDoublePrecision(int channels) {
    Random random = new Random(channels);
    int pixels = 5;
    float[] x = FloatBuffers.uniform(random, pixels * channels, -2, 2);
    float[] g = FloatBuffers.uniform(random, channels, 0.5f, 1.5f);
    float[] b = FloatBuffers.uniform(random, channels, -1, 1);
    float[] mean = FloatBuffers.uniform(random, channels, -1, 1);
    float[] variance = FloatBuffers.uniform(random, channels, 0.1f, 2);
    double[] last = new double[x.length];
    double[] first = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i % channels;
      last[i] = (x[i] - mean[c]) / Math.sqrt((double) variance[c] + EPSILON) * g[c] + b[c];
      int p = i / pixels;
      first[i] = (x[i] - mean[p]) / Math.sqrt((double) variance[p] + EPSILON) * g[p] + b[p];
    }
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      Buffer dst = m.blank(x.length);
      Buffer factor = m.blank(channels);
      Buffer shift = m.blank(channels);
      BatchNormF32.fold(
          m.of(g).at(),
          m.of(b).at(),
          m.of(mean).at(),
          m.of(variance).at(),
          EPSILON,
          factor.at(),
          shift.at(),
          channels);
      long bytes = 4L * channels;
      BatchNormF32.runRows(
          src.at(), bytes, factor.at(), shift.at(), dst.at(), bytes, 0, pixels, channels);
      assertClose(last, dst.floats(), CLOSE, CLOSE, "channels last");
      BatchNormF32.runPlanes(
          src.at(), factor.at(), shift.at(), src.at(), 0, channels, channels, pixels);
      assertClose(first, src.floats(), CLOSE, CLOSE, "channels first, in place");
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void groupNormAgreesWithDoublePrecisionInBothLayouts(int pixels) {
    Random random = new Random(pixels);
    int batch = 2;
    for (int[] shape : new int[][] {{1, 1}, {3, 1}, {1, 5}, {4, 2}, {3, 19}}) {
      int groups = shape[0];
      int width = shape[1];
      int channels = groups * width;
      float[] x = FloatBuffers.uniform(random, batch * channels * pixels, 1, 3);
      float[] g = FloatBuffers.uniform(random, channels, 0.5f, 1.5f);
      float[] b = FloatBuffers.uniform(random, channels, -1, 1);
      double[] y = standardised(FloatBuffers.doubles(x), width * pixels)[0];
      float[] lastX = new float[x.length];
      double[] firstY = new double[x.length];
      double[] lastY = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        int p = i % pixels;
        int c = i / pixels % channels;
        int last = (i / pixels / channels * pixels + p) * channels + c;
        firstY[i] = y[i] * g[c] + b[c];
        lastX[last] = x[i];
        lastY[last] = firstY[i];
      }
      String what = groups + " groups of " + width;
      // A group of one element has variance 0 and nothing but rounding times 1 / sqrt(epsilon).
      double absolute = 5e-5;
      try (FloatBuffers m = new FloatBuffers()) {
        Buffer scale = m.of(g);
        Buffer bias = m.of(b);
        Buffer src = m.of(x);
        Buffer dst = m.blank(x.length);
        Buffer scratch = m.blank(2 * channels);
        long units = (long) batch * groups;
        GroupNormF32.runChannelsFirst(
            src.at(), scale.at(), bias.at(), dst.at(), 0, units, groups, width, pixels, EPSILON);
        assertClose(firstY, dst.floats(), CLOSE, absolute, "first, " + what);
        GroupNormF32.runChannelsFirst(
            src.at(), 0, 0, src.at(), 0, units, groups, width, pixels, EPSILON);
        assertClose(y, src.floats(), CLOSE, absolute, "first, in place, " + what);
        Buffer last = m.of(lastX);
        for (long unit = 0; unit < units; unit += 2) {
          GroupNormF32.runChannelsLast(
              last.at(),
              scale.at(),
              bias.at(),
              dst.at(),
              scratch.at(),
              unit,
              Math.min(unit + 2, units),
              groups,
              width,
              pixels,
              EPSILON);
        }
        assertClose(lastY, dst.floats(), CLOSE, absolute, "last, " + what);
        GroupNormF32.runChannelsLast(
            last.at(),
            scale.at(),
            bias.at(),
            last.at(),
            scratch.at(),
            0,
            units,
            groups,
            width,
            pixels,
            EPSILON);
        assertClose(lastY, last.floats(), CLOSE, absolute, "last, in place, " + what);
      }
    }
  }

  @Test
  void largeMeansDoNotCancel() {
    // A one-pass variance would be off by several per cent here.
    int length = 1000;
    float[] x = FloatBuffers.uniform(new Random(1), length, 1000, 1001);
    double[] expected = standardised(FloatBuffers.doubles(x), length)[0];
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer src = m.of(x);
      Buffer dst = m.blank(length);
      LayerNormF32.run(src.at(), 0, 0, 0, dst.at(), 0, 0, 0, 0, 1, length, EPSILON);
      assertClose(expected, dst.floats(), 1e-4, 5e-4, "layer norm");
      Buffer scratch = m.blank(2);
      GroupNormF32.runChannelsLast(
          src.at(), 0, 0, dst.at(), scratch.at(), 0, 1, 1, 1, length, EPSILON);
      assertClose(expected, dst.floats(), 1e-4, 5e-4, "group norm");
    }
  }
}
