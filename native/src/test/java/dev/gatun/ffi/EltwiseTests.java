package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations and PReLU against their formulas, gradients against differences. */
@ExtendWith(SlowElsewhere.class)
class EltwiseTests {
  private static final float ALPHA = 0.5f;
  private static final float BETA = 2;
  private static final double TOLERANCE = 5e-6;

  private static DoubleUnaryOperator twin(Activation activation) {
    return switch (activation) {
      case RELU -> x -> x > 0 ? x : ALPHA * x;
      case TANH -> Math::tanh;
      case ELU -> x -> x > 0 ? x : ALPHA * Math.expm1(x);
      case SQUARE -> x -> x * x;
      case ABS -> Math::abs;
      case SQRT -> Math::sqrt;
      case LINEAR -> x -> ALPHA * x + BETA;
      case SOFT_RELU -> x -> Math.log1p(Math.exp(ALPHA * x)) / ALPHA;
      case HARD_SIGMOID -> x -> Math.clamp(ALPHA * x + BETA, 0.0, 1.0);
      case LOGISTIC -> EltwiseTests::logistic;
      case EXP -> Math::exp;
      case GELU_TANH ->
          x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case SWISH -> x -> x * logistic(ALPHA * x);
      case LOG -> Math::log;
      case CLIP, CLIP_V2 -> x -> Math.clamp(x, (double) ALPHA, (double) BETA);
      case POW -> x -> ALPHA * Math.pow(x, BETA);
      case GELU_ERF -> x -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
      case ROUND -> Math::rint;
      case MISH -> x -> x * Math.tanh(Math.log1p(Math.exp(x)));
      case HARD_SWISH -> x -> x * Math.clamp(ALPHA * x + BETA, 0.0, 1.0);
    };
  }

  static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** The series of the error function, fine for the small arguments of the tests. */
  private static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  static double[] map(double[] x, DoubleUnaryOperator f) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = f.applyAsDouble(x[i]);
    }
    return y;
  }

  private static float[] inputs(Buffers buffers, Activation activation, int n) {
    boolean positive = activation == Activation.SQRT || activation == Activation.LOG;
    return buffers.random(positive ? 0.1 : -3, 3, n);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void forward(Activation activation) {
    OneDnn dnnl = Libraries.oneDnn();
    for (int n : new int[] {1, 15, 16, 17, 67}) {
      try (Buffers buffers = new Buffers();
          OneDnnPrimitive primitive =
              Eltwise.of(dnnl, activation)
                  .parameters(ALPHA, BETA)
                  .src(MemoryDesc.rowMajor(F32, n))
                  .inference()
                  .orElseThrow()) {
        float[] x = inputs(buffers, activation, n);
        Buffers.Results out = buffers.run(primitive, Map.of(Arg.SRC, x));
        assertClose(map(Gradient.widen(x), twin(activation)), out.get(Arg.DST), TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "ROUND")
  void backward(Activation activation) {
    OneDnn dnnl = Libraries.oneDnn();
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            Eltwise.of(dnnl, activation)
                .parameters(ALPHA, BETA)
                .src(MemoryDesc.rowMajor(F32, 67))
                .backward()
                .orElseThrow()) {
      float[] x = inputs(buffers, activation, 67);
      float[] gradient = buffers.random(-1, 1, 67);
      Buffers.Results out = buffers.run(primitive, Map.of(Arg.SRC, x, Arg.DIFF_DST, gradient));
      assertClose(
          Gradient.of(v -> map(v, twin(activation)), Gradient.widen(x), gradient),
          out.get(Arg.DIFF_SRC),
          TOLERANCE);
    }
  }

  @Test
  void sayWhyThereIsNoGradientOfRounding() {
    String reason =
        Eltwise.of(Libraries.oneDnn(), Activation.ROUND)
            .src(MemoryDesc.rowMajor(F32, 3))
            .backward()
            .reason();
    assertTrue(reason.contains("rejects") && reason.contains("ROUND backward"), reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 33})
  void preluWithOneSlopeAChannel(int channels) {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc src = MemoryDesc.plain(F32, "acb", 2, channels, 7);
    Prelu builder = Prelu.of(dnnl).src(src).weights(MemoryDesc.plain(F32, "acb", 1, channels, 1));
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive forward = builder.forward().orElseThrow();
        OneDnnPrimitive backward = builder.backward().orElseThrow()) {
      float[] x = buffers.random(-1, 1, src.dims());
      float[] slopes = buffers.random(0, 1, channels);
      float[] gradient = buffers.random(-1, 1, src.dims());
      double[] y = new double[x.length];
      double[] dx = new double[x.length];
      double[] slopeGradient = new double[channels];
      for (int i = 0; i < x.length; i++) {
        int c = i / 7 % channels;
        y[i] = x[i] > 0 ? x[i] : slopes[c] * x[i];
        dx[i] = x[i] > 0 ? gradient[i] : slopes[c] * gradient[i];
        slopeGradient[c] += x[i] > 0 ? 0 : x[i] * gradient[i];
      }
      Map<Integer, float[]> in = Map.of(Arg.SRC, x, Arg.WEIGHTS, slopes);
      assertClose(y, buffers.run(forward, in).get(Arg.DST), TOLERANCE);
      Buffers.Results out =
          buffers.run(backward, Map.of(Arg.SRC, x, Arg.WEIGHTS, slopes, Arg.DIFF_DST, gradient));
      assertClose(dx, out.get(Arg.DIFF_SRC), TOLERANCE);
      assertClose(slopeGradient, out.get(Arg.DIFF_WEIGHTS), TOLERANCE);
    }
  }
}
