package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;

/** lpNorm(x) = x / (sum of |x|^p)^(1/p) along an axis; a line of zeros stays as it is. */
public final class LpNorm {
  public static final OpDef OP =
      OpDef.named("lpNorm")
          .attr("axis", -1)
          .attr("p", 2)
          .fusion(FusionClass.ROWWISE)
          .types(Softmaxes::types)
          .reference(
              in ->
                  Softmaxes.run(
                      "lpNorm",
                      in,
                      (x, from, count, stride) ->
                          line(x, from, count, stride, in.attrs().real("p"))))
          .define();

  private static void line(double[] x, int from, int count, int stride, double exponent) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.pow(Math.abs(x[from + i * stride]), exponent);
    }
    double norm = Math.pow(sum, 1 / exponent);
    for (int i = 0; norm != 0 && i < count; i++) {
      x[from + i * stride] /= norm;
    }
  }

  private LpNorm() {}
}
