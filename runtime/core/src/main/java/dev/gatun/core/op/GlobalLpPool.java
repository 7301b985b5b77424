package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/** globalLpPool(x [N, C, S...]) [N, C, 1...] = (sum of |x|^p over each channel)^(1/p). */
public final class GlobalLpPool {
  public static final OpDef OP =
      OpDef.named("globalLpPool")
          .attr("layout", "NCHW")
          .attr("p", 2)
          .fusion(FusionClass.REDUCE)
          .types(in -> List.of(Pooling.globalType(in)))
          .reference(
              in -> {
                Tensor src = in.tensor(0);

                double exponent = in.attrs().real("p");
                double[] y =
                    Pooling.global(
                        src.toDoubles(),
                        Planes.of(src.shape(), in.attrs()),
                        (x, from, count, stride) -> {
                          double sum = 0;
                          for (int p = 0; p < count; p++) {
                            sum += Math.pow(Math.abs(x[from + p * stride]), exponent);
                          }
                          return Math.pow(sum, 1 / exponent);
                        });
                return List.of(
                    Tensor.rounded(src.dtype(), Pooling.globalShape(src.shape(), in.attrs()), y));
              })
          .differentiateAs(
              (b, in) ->
                  List.of(
                      Pooling.norm(
                          new Formula(b),
                          in.value(0),
                          in.attrs().real("p"),
                          Pooling.spatialAxes(in))))
          .define();

  private GlobalLpPool() {}
}
