package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static dev.gatun.ffi.Gradient.widen;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Normalizations and softmax against their definitions, gradients against differences. */
@ExtendWith(SlowElsewhere.class)
class NormalizationTests {
  private static final double TOLERANCE = 2e-5;
  private static final float EPSILON = 1e-3f;

  /**
   * (x - mean) / sqrt(variance + epsilon) * scale + shift, with statistics over the elements of the
   * same group.
   */
  private static double[] normalize(
      double[] x,
      IntUnaryOperator group,
      IntUnaryOperator channel,
      double[] scale,
      double[] shift,
      boolean centred) {
    int groups = 1 + Arrays.stream(indices(x.length)).map(group).max().orElse(0);
    double[] mean = new double[groups];
    double[] variance = new double[groups];
    int[] count = new int[groups];
    for (int i = 0; i < x.length; i++) {
      mean[group.applyAsInt(i)] += centred ? x[i] : 0;
      count[group.applyAsInt(i)]++;
    }
    for (int g = 0; g < groups; g++) {
      mean[g] /= count[g];
    }
    for (int i = 0; i < x.length; i++) {
      int g = group.applyAsInt(i);
      variance[g] += (x[i] - mean[g]) * (x[i] - mean[g]) / count[g];
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int g = group.applyAsInt(i);
      int c = channel.applyAsInt(i);
      y[i] = (x[i] - mean[g]) / Math.sqrt(variance[g] + EPSILON) * scale[c] + shift[c];
    }
    return y;
  }

  private static int[] indices(int n) {
    int[] all = new int[n];
    Arrays.setAll(all, i -> i);
    return all;
  }

  /** One normalization forward, then backward with the statistics that forward wrote. */
  private static void check(
      Normalization builder,
      long[] dims,
      int channels,
      IntUnaryOperator group,
      IntUnaryOperator channel,
      boolean centred,
      boolean hasBackward) {
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive forward = builder.forward().orElseThrow()) {
      float[] x = buffers.random(-1, 2, dims);
      float[] scale = buffers.random(0.5, 1.5, channels);
      float[] shift = centred ? buffers.random(-1, 1, channels) : new float[channels];
      float[] gradient = buffers.random(-1, 1, dims);
      Buffers.Results out =
          buffers.run(forward, Map.of(Arg.SRC, x, Arg.SCALE, scale, Arg.SHIFT, shift));
      double[] wide = widen(x);
      assertClose(
          normalize(wide, group, channel, widen(scale), widen(shift), centred),
          out.get(Arg.DST),
          TOLERANCE);
      if (!hasBackward) {
        return;
      }
      try (OneDnnPrimitive backward = builder.backward().orElseThrow()) {
        Map<Integer, float[]> in =
            Map.of(
                Arg.SRC, x,
                Arg.DIFF_DST, gradient,
                Arg.SCALE, scale,
                Arg.VARIANCE, out.get(Arg.VARIANCE),
                Arg.MEAN, centred ? out.get(Arg.MEAN) : new float[0]);
        Buffers.Results back = buffers.run(backward, in);
        assertClose(
            Gradient.of(
                v -> normalize(v, group, channel, widen(scale), widen(shift), centred),
                wide,
                gradient),
            back.get(Arg.DIFF_SRC),
            TOLERANCE);
        assertClose(
            Gradient.of(
                v -> normalize(wide, group, channel, v, widen(shift), centred),
                widen(scale),
                gradient),
            back.get(Arg.DIFF_SCALE),
            TOLERANCE);
        if (centred) {
          assertClose(
              Gradient.of(
                  v -> normalize(wide, group, channel, widen(scale), v, centred),
                  widen(shift),
                  gradient),
              back.get(Arg.DIFF_SHIFT),
              TOLERANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"abcd", "acdb"})
  void batchNormalization(String order) {
    MemoryDesc src = MemoryDesc.plain(F32, order, 2, 5, 3, 3);
    Normalization builder =
        Normalization.batch(Libraries.oneDnn()).src(src).epsilon(EPSILON).scale().shift();
    check(builder, src.dims(), 5, i -> i / 9 % 5, i -> i / 9 % 5, true, true);
  }

  @Test
  void batchNormalizationWithGivenStatisticsAndRelu() {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc src = MemoryDesc.plain(F32, "acdb", 2, 7, 3, 3);
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            Normalization.batch(dnnl)
                .src(src)
                .epsilon(EPSILON)
                .scale()
                .shift()
                .givenStatistics()
                .fuseRelu()
                .inference()
                .orElseThrow()) {
      float[] x = buffers.random(-1, 1, src.dims());
      float[] mean = buffers.random(-1, 1, 7);
      float[] variance = buffers.random(0.1, 1, 7);
      float[] scale = buffers.random(0.5, 1.5, 7);
      float[] shift = buffers.random(-1, 1, 7);
      double[] y = new double[x.length];
      for (int i = 0; i < y.length; i++) {
        int c = i / 9 % 7;
        double normal = (x[i] - mean[c]) / Math.sqrt(variance[c] + (double) EPSILON);
        y[i] = Math.max(0, normal * scale[c] + shift[c]);
      }
      Map<Integer, float[]> in =
          Map.of(
              Arg.SRC,
              x,
              Arg.MEAN,
              mean,
              Arg.VARIANCE,
              variance,
              Arg.SCALE,
              scale,
              Arg.SHIFT,
              shift);
      assertClose(y, buffers.run(primitive, in).get(Arg.DST), TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 15, 17, 37})
  void layerAndRootMeanSquareNormalization(int length) {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc src = MemoryDesc.rowMajor(F32, 3, length);
    check(
        Normalization.layer(dnnl).src(src).epsilon(EPSILON).scale().shift(),
        src.dims(),
        length,
        i -> i / length,
        i -> i % length,
        true,
        true);
    check(
        Normalization.rootMeanSquare(dnnl).src(src).epsilon(EPSILON).scale(),
        src.dims(),
        length,
        i -> i / length,
        i -> i % length,
        false,
        false);
  }

  @Test
  void refusesTheWrongGradientOfRootMeanSquareNormalization() {
    PrimitiveResult backward =
        Normalization.rootMeanSquare(Libraries.oneDnn())
            .src(MemoryDesc.rowMajor(F32, 3, 7))
            .scale()
            .backward();
    assertTrue(backward.primitive().isEmpty());
    assertTrue(backward.reason().contains("computes a wrong gradient"), backward.reason());
  }

  @Test
  void groupNormalizationForwardAndNoSlowBackward() {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc src = MemoryDesc.plain(F32, "acdb", 2, 6, 3, 3);
    Normalization builder = Normalization.group(dnnl, 3).src(src).epsilon(EPSILON).scale().shift();
    check(builder, src.dims(), 6, i -> i / 18, i -> i / 9 % 6, true, false);
    PrimitiveResult backward = builder.backward();
    assertTrue(backward.primitive().isEmpty());
    assertTrue(
        backward.reason().contains("has only its slow reference implementation (ref:any) of group"),
        backward.reason());
  }

  private static double[] localResponse(double[] x, int channels, int space) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i / space % channels;
      double squares = 0;
      for (int d = -2; d <= 2; d++) {
        squares += c + d >= 0 && c + d < channels ? x[i + d * space] * x[i + d * space] : 0;
      }
      y[i] = x[i] * Math.pow(1.5 + 0.5 / 5 * squares, -0.75);
    }
    return y;
  }

  @Test
  void localResponseNormalization() {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc src = MemoryDesc.plain(F32, "acdb", 2, 16, 3, 2);
    LocalResponseNormalization builder =
        LocalResponseNormalization.of(dnnl, 5).parameters(0.5f, 0.75f, 1.5f).src(src);
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive forward = builder.forward().orElseThrow();
        OneDnnPrimitive backward = builder.backward().orElseThrow()) {
      float[] x = buffers.random(-1, 1, src.dims());
      float[] gradient = buffers.random(-1, 1, src.dims());
      assertClose(
          localResponse(widen(x), 16, 6),
          buffers.run(forward, Map.of(Arg.SRC, x)).get(Arg.DST),
          TOLERANCE);
      assertClose(
          Gradient.of(v -> localResponse(v, 16, 6), widen(x), gradient),
          buffers
              .runBoth(forward, backward, Map.of(Arg.SRC, x), Map.of(Arg.DIFF_DST, gradient))
              .get(Arg.DIFF_SRC),
          TOLERANCE);
    }
  }

  static double[] softmax(double[] x, int length, boolean logarithm) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length / length; row++) {
      double sum = 0;
      for (int i = 0; i < length; i++) {
        sum += Math.exp(x[row * length + i]);
      }
      for (int i = 0; i < length; i++) {
        double v = x[row * length + i];
        y[row * length + i] = logarithm ? v - Math.log(sum) : Math.exp(v) / sum;
      }
    }
    return y;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 67})
  void softmaxAndItsLogarithm(int length) {
    OneDnn dnnl = Libraries.oneDnn();
    for (boolean logarithm : new boolean[] {false, true}) {
      Softmax builder = Softmax.of(dnnl, 1).src(MemoryDesc.rowMajor(F32, 3, length));
      builder = logarithm ? builder.logarithm() : builder;
      try (Buffers buffers = new Buffers();
          OneDnnPrimitive forward = builder.forward().orElseThrow();
          OneDnnPrimitive backward = builder.backward().orElseThrow()) {
        float[] x = buffers.random(-4, 4, 3, length);
        float[] gradient = buffers.random(-1, 1, 3, length);
        float[] y = buffers.run(forward, Map.of(Arg.SRC, x)).get(Arg.DST);
        assertClose(softmax(widen(x), length, logarithm), y, TOLERANCE);
        assertClose(
            Gradient.of(v -> softmax(v, length, logarithm), widen(x), gradient),
            buffers.run(backward, Map.of(Arg.DST, y, Arg.DIFF_DST, gradient)).get(Arg.DIFF_SRC),
            TOLERANCE);
      }
    }
  }
}
