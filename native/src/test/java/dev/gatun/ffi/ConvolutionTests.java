package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions and their gradients against loops over every product. */
@ExtendWith(SlowElsewhere.class)
class ConvolutionTests {
  private static final double TOLERANCE = 2e-5;

  /**
   * Sizes of one convolution; {@code in} and {@code out} are those of a plain, not a transposed.
   */
  record Case(
      int groups,
      long n,
      long c,
      long o,
      long[] in,
      long[] window,
      long[] stride,
      long[] dilation,
      long[] before,
      long[] after) {
    long[] out() {
      long[] out = new long[in.length];
      for (int i = 0; i < in.length; i++) {
        out[i] = (in[i] + before[i] + after[i] - dilation[i] * (window[i] - 1) - 1) / stride[i] + 1;
      }
      return out;
    }

    private long[] join(long[] spatial, long... first) {
      long[] dims = Arrays.copyOf(first, first.length + spatial.length);
      System.arraycopy(spatial, 0, dims, first.length, spatial.length);
      return dims;
    }

    long[] srcDims() {
      return join(in, n, c);
    }

    long[] dstDims() {
      return join(out(), n, o);
    }

    /** Output channels are {@code first} and input channels {@code second}. */
    long[] weightDims(long first, long second) {
      return groups == 1
          ? join(window, first, second)
          : join(window, groups, first / groups, second / groups);
    }

    @Override
    public String toString() {
      return Arrays.toString(srcDims())
          + " to "
          + o
          + " by "
          + Arrays.toString(window)
          + " stride "
          + Arrays.toString(stride)
          + " groups "
          + groups;
    }
  }

  private static long[] of(long... values) {
    return values;
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(1, 2, 5, 7, of(9, 6), of(3, 3), of(1, 1), of(1, 1), of(1, 1), of(1, 1)),
        new Case(1, 1, 17, 33, of(5, 4), of(1, 1), of(1, 1), of(1, 1), of(0, 0), of(0, 0)),
        new Case(1, 1, 3, 16, of(11, 13), of(5, 3), of(2, 3), of(1, 1), of(2, 0), of(1, 1)),
        new Case(1, 2, 4, 6, of(9, 9), of(3, 3), of(1, 1), of(2, 3), of(2, 3), of(2, 3)),
        new Case(3, 1, 6, 9, of(7, 5), of(3, 2), of(1, 2), of(1, 1), of(1, 0), of(1, 1)),
        new Case(8, 2, 8, 8, of(6, 7), of(3, 3), of(1, 1), of(1, 1), of(1, 1), of(1, 1)),
        new Case(1, 2, 5, 3, of(29), of(7), of(2), of(1), of(3), of(2)),
        new Case(
            1,
            1,
            3,
            4,
            of(4, 5, 6),
            of(2, 3, 3),
            of(1, 1, 2),
            of(1, 1, 1),
            of(0, 1, 1),
            of(1, 1, 0)));
  }

  private interface Products {
    void product(int src, int weight, int dst);
  }

  /** Visits each product of a convolution; weights are [O, C, window] per group, row-major. */
  private static void forEach(Case k, Products visit) {
    int spatial = k.in.length;
    long[] out = k.out();
    int outs = volume(out);
    int ins = volume(k.in);
    int taps = volume(k.window);
    int cg = (int) k.c / k.groups;
    int og = (int) k.o / k.groups;
    for (int at = 0; at < outs; at++) {
      for (int tap = 0; tap < taps; tap++) {
        int position = 0;
        boolean inside = true;
        long restOut = at;
        long restTap = tap;
        int step = 1;
        for (int d = spatial - 1; d >= 0; d--) {
          long x =
              restOut % out[d] * k.stride[d] - k.before[d] + restTap % k.window[d] * k.dilation[d];
          inside &= x >= 0 && x < k.in[d];
          position += (int) x * step;
          step *= (int) k.in[d];
          restOut /= out[d];
          restTap /= k.window[d];
        }
        if (inside) {
          for (int n = 0; n < k.n; n++) {
            for (int o = 0; o < k.o; o++) {
              for (int c = 0; c < cg; c++) {
                visit.product(
                    (n * (int) k.c + o / og * cg + c) * ins + position,
                    (o * cg + c) * taps + tap,
                    (n * (int) k.o + o) * outs + at);
              }
            }
          }
        }
      }
    }
  }

  private static int volume(long[] dims) {
    return (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
  }

  /** Channels last. */
  private static MemoryDesc nhwc(long[] dims) {
    String order = "a" + "cdefg".substring(0, dims.length - 2) + "b";
    return MemoryDesc.plain(F32, order, dims);
  }

  private static Convolution builder(OneDnn dnnl, Case k) {
    return Convolution.of(dnnl)
        .src(nhwc(k.srcDims()))
        .weights(MemoryDesc.any(F32, k.weightDims(k.o, k.c)))
        .bias(MemoryDesc.rowMajor(F32, k.o))
        .dst(nhwc(k.dstDims()))
        .strides(k.stride)
        .dilations(k.dilation)
        .padding(k.before, k.after);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void convolvesForwardWithFusedRelu(Case k) {
    OneDnn dnnl = Libraries.oneDnn();
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            builder(dnnl, k)
                .attributes(Attributes.NONE.then(Activation.RELU))
                .inference()
                .orElseThrow()) {
      float[] src = buffers.random(-1, 1, k.srcDims());
      float[] weights = buffers.random(-1, 1, k.weightDims(k.o, k.c));
      float[] bias = buffers.random(-1, 1, k.o);
      double[] expected = new double[volume(k.dstDims())];
      forEach(k, (s, w, d) -> expected[d] += (double) src[s] * weights[w]);
      int outs = volume(k.out());
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Math.max(0, expected[i] + bias[i / outs % (int) k.o]);
      }
      Buffers.Results out =
          buffers.run(primitive, Map.of(Arg.SRC, src, Arg.WEIGHTS, weights, Arg.BIAS, bias));
      assertClose(expected, out.get(Arg.DST), TOLERANCE);
      assertFalse(primitive.implementation().contains("ref"));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void convolvesBackward(Case k) {
    OneDnn dnnl = Libraries.oneDnn();
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive byData = builder(dnnl, k).bias(null).backwardData().orElseThrow();
        OneDnnPrimitive byWeights = builder(dnnl, k).backwardWeights().orElseThrow()) {
      float[] src = buffers.random(-1, 1, k.srcDims());
      float[] weights = buffers.random(-1, 1, k.weightDims(k.o, k.c));
      float[] gradient = buffers.random(-1, 1, k.dstDims());
      double[] diffSrc = new double[src.length];
      double[] diffWeights = new double[weights.length];
      forEach(
          k,
          (s, w, d) -> {
            diffSrc[s] += (double) gradient[d] * weights[w];
            diffWeights[w] += (double) gradient[d] * src[s];
          });
      double[] diffBias = new double[(int) k.o];
      int outs = volume(k.out());
      for (int i = 0; i < gradient.length; i++) {
        diffBias[i / outs % (int) k.o] += gradient[i];
      }
      assertClose(
          diffSrc,
          buffers
              .run(byData, Map.of(Arg.DIFF_DST, gradient, Arg.WEIGHTS, weights))
              .get(Arg.DIFF_SRC),
          TOLERANCE);
      Buffers.Results out = buffers.run(byWeights, Map.of(Arg.DIFF_DST, gradient, Arg.SRC, src));
      assertClose(diffWeights, out.get(Arg.DIFF_WEIGHTS), TOLERANCE);
      assertClose(diffBias, out.get(Arg.DIFF_BIAS), TOLERANCE);
    }
  }

  /** The transpose runs the same products the other way: its source is the plain destination. */
  @ParameterizedTest
  @MethodSource("cases")
  void transposedConvolutionRunsTheSameProductsBackwards(Case k) {
    OneDnn dnnl = Libraries.oneDnn();
    Convolution builder =
        Convolution.transposed(dnnl)
            .src(nhwc(k.dstDims()))
            .weights(MemoryDesc.any(F32, k.weightDims(k.c, k.o)))
            .dst(nhwc(k.srcDims()))
            .strides(k.stride)
            .dilations(k.dilation)
            .padding(k.before, exactAfter(k));
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive forward = builder.inference().orElseThrow();
        OneDnnPrimitive byData = builder.backwardData().orElseThrow();
        OneDnnPrimitive byWeights = builder.backwardWeights().orElseThrow()) {
      float[] src = buffers.random(-1, 1, k.dstDims());
      float[] weights = buffers.random(-1, 1, k.weightDims(k.c, k.o));
      float[] gradient = buffers.random(-1, 1, k.srcDims());
      double[] dst = new double[gradient.length];
      double[] diffSrc = new double[src.length];
      double[] diffWeights = new double[weights.length];
      forEach(
          k,
          (in, w, out) -> {
            int t = swapped(k, w);
            dst[in] += (double) src[out] * weights[t];
            diffSrc[out] += (double) gradient[in] * weights[t];
            diffWeights[t] += (double) gradient[in] * src[out];
          });
      assertClose(
          dst,
          buffers.run(forward, Map.of(Arg.SRC, src, Arg.WEIGHTS, weights)).get(Arg.DST),
          TOLERANCE);
      assertClose(
          diffSrc,
          buffers
              .run(byData, Map.of(Arg.DIFF_DST, gradient, Arg.WEIGHTS, weights))
              .get(Arg.DIFF_SRC),
          TOLERANCE);
      assertClose(
          diffWeights,
          buffers
              .run(byWeights, Map.of(Arg.DIFF_DST, gradient, Arg.SRC, src))
              .get(Arg.DIFF_WEIGHTS),
          TOLERANCE);
    }
  }

  /** A transpose fixes its output size, so padding that a plain convolution rounds off must go. */
  private static long[] exactAfter(Case k) {
    long[] after = new long[k.in.length];
    long[] out = k.out();
    for (int i = 0; i < after.length; i++) {
      after[i] =
          (out[i] - 1) * k.stride[i]
              + k.dilation[i] * (k.window[i] - 1)
              + 1
              - k.in[i]
              - k.before[i];
    }
    return after;
  }

  /** Index in [C, O, window] weights (per group) of an index in [O, C, window] ones. */
  private static int swapped(Case k, int weight) {
    int taps = volume(k.window);
    int cg = (int) k.c / k.groups;
    int og = (int) k.o / k.groups;
    int tap = weight % taps;
    int c = weight / taps % cg;
    int o = weight / taps / cg;
    return ((o / og * cg + c) * og + o % og) * taps + tap;
  }
}
