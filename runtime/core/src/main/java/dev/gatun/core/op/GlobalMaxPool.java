package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * globalMaxPool(x [N, C, S...]) [N, C, 1...] = the largest element of each channel, NaN if any is.
 */
public final class GlobalMaxPool {
  public static final OpDef OP =
      OpDef.named("globalMaxPool")
          .attr("layout", "NCHW")
          .fusion(FusionClass.REDUCE)
          .types(in -> List.of(Pooling.globalType(in)))
          .reference(
              in -> {
                Tensor src = in.tensor(0);

                double[] y =
                    Pooling.global(
                        src.toDoubles(), Planes.of(src.shape(), in.attrs()), GlobalMaxPool::max);
                return List.of(
                    Tensor.rounded(src.dtype(), Pooling.globalShape(src.shape(), in.attrs()), y));
              })
          .differentiateAs(
              (b, in) ->
                  List.of(
                      b.add(
                          ReduceMax.OP,
                          Attrs.of("noopWithEmptyAxes", true),
                          in.value(0),
                          b.constant(Tensor.vector(Pooling.spatialAxes(in))))))
          .define();

  private static double max(double[] x, int from, int count, int stride) {
    double max = Double.NEGATIVE_INFINITY;
    for (int p = 0; p < count; p++) {
      max = Math.max(max, x[from + p * stride]);
    }
    return max;
  }

  private GlobalMaxPool() {}
}
