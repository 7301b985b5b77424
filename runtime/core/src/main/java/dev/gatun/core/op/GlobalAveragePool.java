package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/** globalAveragePool(x [N, C, S...]) [N, C, 1...] = the mean of each channel of each image. */
public final class GlobalAveragePool {
  public static final OpDef OP =
      OpDef.named("globalAveragePool")
          .attr("layout", "NCHW")
          .fusion(FusionClass.REDUCE)
          .types(in -> List.of(Pooling.globalType(in)))
          .reference(
              in -> {
                Tensor src = in.tensor(0);

                double[] y =
                    Pooling.global(
                        src.toDoubles(),
                        Planes.of(src.shape(), in.attrs()),
                        GlobalAveragePool::mean);
                return List.of(
                    Tensor.rounded(src.dtype(), Pooling.globalShape(src.shape(), in.attrs()), y));
              })
          .differentiateAs(
              (b, in) ->
                  List.of(
                      b.add(
                          ReduceMean.OP,
                          Attrs.of("noopWithEmptyAxes", true),
                          in.value(0),
                          b.constant(Tensor.vector(Pooling.spatialAxes(in))))))
          .define();

  private static double mean(double[] x, int from, int count, int stride) {
    double sum = 0;
    for (int p = 0; p < count; p++) {
      sum += x[from + p * stride];
    }
    return sum / count;
  }

  private GlobalAveragePool() {}
}
