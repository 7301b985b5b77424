package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static dev.gatun.ffi.Gradient.widen;

import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pooling of planes against loops over the window, gradients against differences. */
@ExtendWith(SlowElsewhere.class)
class PoolingTests {
  private static final double TOLERANCE = 1e-5;
  private static final int H = 7;
  private static final int W = 6;
  private static final int OUT_H = 4;
  private static final int OUT_W = 4;

  /** Window 3 x 2, stride 2 x 2, padding 1 everywhere. */
  private static double[] pool(Pooling.Kind kind, double[] x, int planes) {
    double[] y = new double[planes * OUT_H * OUT_W];
    for (int i = 0; i < y.length; i++) {
      int row = i / OUT_W % OUT_H * 2 - 1;
      int column = i % OUT_W * 2 - 1;
      double max = Double.NEGATIVE_INFINITY;
      double sum = 0;
      int count = 0;
      for (int r = row; r < row + 3; r++) {
        for (int c = column; c < column + 2; c++) {
          if (r >= 0 && r < H && c >= 0 && c < W) {
            double v = x[i / (OUT_H * OUT_W) * H * W + r * W + c];
            max = Math.max(max, v);
            sum += v;
            count++;
          }
        }
      }
      y[i] =
          switch (kind) {
            case MAX -> max;
            case MEAN_WITH_PADDING -> sum / 6;
            case MEAN_WITHOUT_PADDING -> sum / count;
          };
    }
    return y;
  }

  @ParameterizedTest
  @CsvSource({
    "MAX, acdb, 5",
    "MAX, abcd, 3",
    "MAX, acdb, 17",
    "MEAN_WITH_PADDING, acdb, 5",
    "MEAN_WITH_PADDING, abcd, 3",
    "MEAN_WITHOUT_PADDING, acdb, 5",
    "MEAN_WITHOUT_PADDING, acdb, 16"
  })
  void poolsForwardAndBackward(Pooling.Kind kind, String order, int channels) {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc src = MemoryDesc.plain(F32, order, 2, channels, H, W);
    MemoryDesc dst = MemoryDesc.plain(F32, order, 2, channels, OUT_H, OUT_W);
    Pooling builder =
        Pooling.of(dnnl, kind)
            .src(src)
            .dst(dst)
            .window(3, 2)
            .strides(2, 2)
            .padding(new long[] {1, 1}, new long[] {1, 1});
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive inference = builder.inference().orElseThrow();
        OneDnnPrimitive forward = builder.forward().orElseThrow();
        OneDnnPrimitive backward = builder.backward().orElseThrow()) {
      float[] x = buffers.random(-1, 1, src.dims());
      float[] gradient = buffers.random(-1, 1, dst.dims());
      double[] expected = pool(kind, widen(x), 2 * channels);
      assertClose(expected, buffers.run(inference, Map.of(Arg.SRC, x)).get(Arg.DST), TOLERANCE);
      assertClose(expected, buffers.run(forward, Map.of(Arg.SRC, x)).get(Arg.DST), TOLERANCE);
      assertClose(
          Gradient.of(v -> pool(kind, v, 2 * channels), widen(x), gradient),
          buffers
              .runBoth(forward, backward, Map.of(Arg.SRC, x), Map.of(Arg.DIFF_DST, gradient))
              .get(Arg.DIFF_SRC),
          TOLERANCE);
    }
  }
}
