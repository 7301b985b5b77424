package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fully connected layers and their gradients against loops. */
@ExtendWith(SlowElsewhere.class)
class InnerProductTests {
  @Test
  void forwardAndBackward() {
    OneDnn dnnl = Libraries.oneDnn();
    InnerProduct builder =
        InnerProduct.of(dnnl)
            .src(MemoryDesc.rowMajor(F32, 7, 19))
            .weights(MemoryDesc.any(F32, 13, 19))
            .bias(MemoryDesc.rowMajor(F32, 13))
            .dst(MemoryDesc.rowMajor(F32, 7, 13));
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive forward = builder.forward().orElseThrow();
        OneDnnPrimitive byData = builder.backwardData().orElseThrow();
        OneDnnPrimitive byWeights = builder.backwardWeights().orElseThrow()) {
      float[] x = buffers.random(-1, 1, 7, 19);
      float[] w = buffers.random(-1, 1, 13, 19);
      float[] bias = buffers.random(-1, 1, 13);
      float[] g = buffers.random(-1, 1, 7, 13);
      double[] y = new double[7 * 13];
      double[] dx = new double[x.length];
      double[] dw = new double[w.length];
      double[] db = new double[13];
      for (int n = 0; n < 7; n++) {
        for (int o = 0; o < 13; o++) {
          y[n * 13 + o] += bias[o];
          db[o] += g[n * 13 + o];
          for (int c = 0; c < 19; c++) {
            y[n * 13 + o] += (double) x[n * 19 + c] * w[o * 19 + c];
            dx[n * 19 + c] += (double) g[n * 13 + o] * w[o * 19 + c];
            dw[o * 19 + c] += (double) g[n * 13 + o] * x[n * 19 + c];
          }
        }
      }
      assertClose(
          y,
          buffers.run(forward, Map.of(Arg.SRC, x, Arg.WEIGHTS, w, Arg.BIAS, bias)).get(Arg.DST),
          1e-5);
      assertClose(
          dx, buffers.run(byData, Map.of(Arg.DIFF_DST, g, Arg.WEIGHTS, w)).get(Arg.DIFF_SRC), 1e-5);
      Buffers.Results out = buffers.run(byWeights, Map.of(Arg.DIFF_DST, g, Arg.SRC, x));
      assertClose(dw, out.get(Arg.DIFF_WEIGHTS), 1e-5);
      assertClose(db, out.get(Arg.DIFF_BIAS), 1e-5);
    }
  }
}
