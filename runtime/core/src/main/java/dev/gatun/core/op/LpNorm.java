package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import java.util.List;

/** lpNorm(x) = x / (sum of |x|^p)^(1/p) along an axis; a line of zeros stays as it is. */
public final class LpNorm {
  public static final OpDef OP =
      OpDef.named("lpNorm")
          .attr("axis", -1)
          .attr("p", 2)
          .fusion(FusionClass.ROWWISE)
          .types(
              in -> {
                in.require(
                    in.attrs().real("p") > 0, "p must be positive, got %s", in.attrs().real("p"));
                return Softmaxes.types(in);
              })
          .reference(
              in ->
                  Softmaxes.run(
                      "lpNorm",
                      in,
                      (x, from, count, stride) ->
                          line(x, from, count, stride, in.attrs().real("p"))))
          .decompose(LpNorm::build)
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

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    long axis = in.attrs().integer("axis");
    double p = in.attrs().real("p");
    Value norm;
    if (p == 1) {
      norm = f.keptSum(f.abs(x), axis);
    } else if (p == 2) {
      norm = f.sqrt(f.keptSum(f.square(x), axis));
    } else {
      norm = f.pow(f.keptSum(f.pow(f.abs(x), p), axis), 1 / p);
    }
    return List.of(f.div(x, f.where(f.equal(norm, 0), f.number(norm, 1), norm)));
  }

  private LpNorm() {}
}
