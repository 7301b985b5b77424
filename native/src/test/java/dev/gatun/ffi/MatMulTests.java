package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products against three loops. */
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
}
