package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products against three loops. */
@ExtendWith(SlowElsewhere.class)
class MatMulTests {
  private static final double TOLERANCE = 1e-5; // k up to 67 in float

  static double[] product(float[] a, float[] b, int m, int n, int k) {
    double[] c = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int p = 0; p < k; p++) {
          c[i * n + j] += (double) a[i * k + p] * b[p * n + j];
        }
      }
    }
    return c;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,17,5", "7,16,1", "15,33,67", "64,31,16"})
  void multipliesWithWeightsInTheLayoutThatOneDnnChooses(int m, int n, int k) {
    OneDnn dnnl = Libraries.oneDnn();
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            MatMul.of(dnnl)
                .src(MemoryDesc.rowMajor(F32, m, k))
                .weights(MemoryDesc.any(F32, k, n))
                .dst(MemoryDesc.rowMajor(F32, m, n))
                .build()
                .orElseThrow()) {
      float[] a = buffers.random(-1, 1, m, k);
      float[] b = buffers.random(-1, 1, k, n);
      Buffers.Results out = buffers.run(primitive, Map.of(Arg.SRC, a, Arg.WEIGHTS, b));
      assertClose(product(a, b, m, n, k), out.get(Arg.DST), TOLERANCE);
    }
  }

  @Test
  void broadcastsBatchesAndTakesTransposedFactors() {
    OneDnn dnnl = Libraries.oneDnn();
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            MatMul.of(dnnl)
                .src(MemoryDesc.rowMajor(F32, 3, 7, 9))
                .weights(MemoryDesc.plain(F32, "acb", 1, 9, 5))
                .bias(MemoryDesc.rowMajor(F32, 1, 1, 5))
                .dst(MemoryDesc.rowMajor(F32, 3, 7, 5))
                .build()
                .orElseThrow()) {
      float[] a = buffers.random(-1, 1, 3, 7, 9);
      float[] b = buffers.random(-1, 1, 9, 5);
      float[] bias = buffers.random(-1, 1, 5);
      double[] expected = product(a, b, 21, 5, 9);
      for (int i = 0; i < expected.length; i++) {
        expected[i] += bias[i % 5];
      }
      Buffers.Results out =
          buffers.run(primitive, Map.of(Arg.SRC, a, Arg.WEIGHTS, b, Arg.BIAS, bias));
      assertClose(expected, out.get(Arg.DST), TOLERANCE);
    }
  }

  @Test
  void appliesPostOpsInOrder() {
    OneDnn dnnl = Libraries.oneDnn();
    int m = 17;
    int n = 19;
    int k = 33;
    Attributes attributes =
        Attributes.NONE
            .then(new PostOp.Sum(0.5f))
            .then(new PostOp.Eltwise(Activation.CLIP, -2, 1))
            .then(new PostOp.Binary(BinaryOp.MUL, MemoryDesc.rowMajor(F32, 1, n)))
            .then(new PostOp.Prelu(2));
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            MatMul.of(dnnl)
                .src(MemoryDesc.rowMajor(F32, m, k))
                .weights(MemoryDesc.any(F32, k, n))
                .dst(MemoryDesc.rowMajor(F32, m, n))
                .attributes(attributes)
                .build()
                .orElseThrow()) {
      float[] a = buffers.random(-1, 1, m, k);
      float[] b = buffers.random(-1, 1, k, n);
      float[] before = buffers.random(-1, 1, m, n);
      float[] factor = buffers.random(-2, 2, n);
      float[] slope = buffers.random(0, 1, n);
      double[] expected = product(a, b, m, n, k);
      for (int i = 0; i < expected.length; i++) {
        double v = Math.clamp(expected[i] + 0.5 * before[i], -2.0, 1.0) * factor[i % n];
        expected[i] = v > 0 ? v : v * slope[i % n];
      }
      Map<Integer, float[]> in =
          Map.of(
              Arg.SRC,
              a,
              Arg.WEIGHTS,
              b,
              Arg.DST,
              before,
              Arg.postOpBinary(2),
              factor,
              Arg.postOpPrelu(3),
              slope);
      assertClose(expected, buffers.run(primitive, in).get(Arg.DST), TOLERANCE);
    }
  }

  @Test
  void multipliesBf16() {
    OneDnn dnnl = Libraries.oneDnn();
    PrimitiveResult result =
        MatMul.of(dnnl)
            .src(MemoryDesc.rowMajor(DataType.BF16, 15, 33))
            .weights(MemoryDesc.any(DataType.BF16, 33, 17))
            .dst(MemoryDesc.rowMajor(F32, 15, 17))
            .build();
    assumeTrue(result.primitive().isPresent(), result::reason);
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive = result.orElseThrow()) {
      float[] a = rounded(buffers.random(-1, 1, 15, 33));
      float[] b = rounded(buffers.random(-1, 1, 33, 17));
      Buffers.Results out = buffers.run(primitive, Map.of(Arg.SRC, a, Arg.WEIGHTS, b));
      assertClose(product(a, b, 15, 17, 33), out.get(Arg.DST), TOLERANCE);
    }
  }

  /** Values that bf16 holds exactly. */
  private static float[] rounded(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(Float.floatToIntBits(values[i]) & 0xFFFF0000);
    }
    return values;
  }

  @Test
  void multipliesBytesWithScalesAndZeroPoints() {
    OneDnn dnnl = Libraries.oneDnn();
    int m = 13;
    int n = 17;
    int k = 35;
    PrimitiveResult result =
        MatMul.of(dnnl)
            .src(MemoryDesc.rowMajor(DataType.U8, m, k))
            .weights(MemoryDesc.any(DataType.S8, k, n))
            .dst(MemoryDesc.rowMajor(F32, m, n))
            .attributes(
                Attributes.NONE.scales(Arg.SRC, 0).scales(Arg.WEIGHTS, 2).zeroPoints(Arg.SRC, 0))
            .build();
    assumeTrue(result.primitive().isPresent(), result::reason);
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive = result.orElseThrow()) {
      float[] a = new float[m * k];
      float[] b = new float[k * n];
      for (int i = 0; i < a.length; i++) {
        a[i] = i * 37 % 256;
      }
      for (int i = 0; i < b.length; i++) {
        b[i] = i * 53 % 255 - 127;
      }
      float[] scales = buffers.random(0.5, 1.5, n);
      Map<Integer, float[]> in =
          Map.of(
              Arg.SRC,
              a,
              Arg.WEIGHTS,
              b,
              Arg.scales(Arg.SRC),
              new float[] {0.25f},
              Arg.scales(Arg.WEIGHTS),
              scales,
              Arg.zeroPoints(Arg.SRC),
              new float[] {7});
      float[] shifted = new float[a.length];
      for (int i = 0; i < a.length; i++) {
        shifted[i] = a[i] - 7;
      }
      double[] expected = product(shifted, b, m, n, k);
      for (int i = 0; i < expected.length; i++) {
        expected[i] *= 0.25 * scales[i % n];
      }
      assertClose(expected, buffers.run(primitive, in).get(Arg.DST), TOLERANCE);
    }
  }
}
