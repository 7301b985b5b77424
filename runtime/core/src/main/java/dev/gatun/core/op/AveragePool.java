package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * averagePool(x [N, C, S...]) [N, C, T...]: the mean of each window. Divided by the number of
 * elements inside the input or, with countIncludePad, inside the padded input (a window may reach
 * further with ceilMode).
 */
public final class AveragePool {
  public static final OpDef OP =
      Pooling.named("averagePool")
          .attr("countIncludePad", false)
          .types(in -> List.of(Pooling.type(in)))
          .reference(AveragePool::run)
          .gradient(PoolGradient::average)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Window window = Pooling.window("averagePool", in.attrs(), src.shape());
    Planes from = Planes.of(src.shape(), in.attrs());
    Shape shape = Pooling.shape(src.shape(), window, in.attrs());
    Planes to = Planes.of(shape, in.attrs());
    boolean countPadding = in.attrs().flag("countIncludePad");
    double[] x = src.toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    int[] counts = new int[to.positions()];
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] sources = window.sourcesAndPadding(tap);
      for (int p = 0; p < sources.length; p++) {
        counts[p] += sources[p] >= 0 || countPadding && sources[p] == -1 ? 1 : 0;
      }
      for (int n = 0; n < from.batch(); n++) {
        for (int c = 0; c < from.channels(); c++) {
          int src0 = n * from.batchStride() + c * from.channelStride();
          int dst0 = n * to.batchStride() + c * to.channelStride();
          for (int p = 0; p < sources.length; p++) {
            if (sources[p] >= 0) {
              y[dst0 + p * to.positionStride()] += x[src0 + sources[p] * from.positionStride()];
            }
          }
        }
      }
    }
    for (int n = 0; n < to.batch(); n++) {
      for (int c = 0; c < to.channels(); c++) {
        int dst0 = n * to.batchStride() + c * to.channelStride();
        for (int p = 0; p < to.positions(); p++) {
          y[dst0 + p * to.positionStride()] /= counts[p];
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  private AveragePool() {}
}
