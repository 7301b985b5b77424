package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/** lpPool(x [N, C, S...]) [N, C, T...] = (sum of |x|^p over each window)^(1/p). */
public final class LpPool {
  public static final OpDef OP =
      Pooling.named("lpPool")
          .attr("p", 2)
          .types(in -> List.of(Pooling.type(in)))
          .reference(LpPool::run)
          .gradient(PoolGradient::lp)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Window window = Pooling.window("lpPool", in.attrs(), src.shape());
    Planes from = Planes.of(src.shape(), in.attrs());
    Shape shape = Pooling.shape(src.shape(), window, in.attrs());
    Planes to = Planes.of(shape, in.attrs());
    double exponent = in.attrs().real("p");
    double[] x = src.toDoubles();
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.pow(Math.abs(x[i]), exponent);
    }
    double[] y = new double[Math.toIntExact(shape.elements())];
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] sources = window.sources(tap);
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
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.pow(y[i], 1 / exponent);
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  private LpPool() {}
}
