package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import java.util.List;

/**
 * softmax(x) = exp(x - max) / sum(exp(x - max)) along an axis; the maximum keeps exp from
 * overflowing.
 */
public final class Softmax {
  public static final OpDef OP =
      OpDef.named("softmax")
          .attr("axis", -1)
          .fusion(FusionClass.ROWWISE)
          .types(Softmaxes::types)
          .reference(in -> Softmaxes.run("softmax", in, Softmax::line))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                Value sum = f.keptSum(f.mul(g.dy(), g.y()), g.attrs().integer("axis"));
                return List.of(f.mul(f.sub(g.dy(), sum), g.y()));
              })
          .define();

  private static void line(double[] x, int from, int count, int stride) {

    double max = Softmaxes.max(x, from, count, stride);
    double sum = Softmaxes.sumExp(x, from, count, stride, max);
    for (int i = 0; i < count; i++) {
      x[from + i * stride] = Math.exp(x[from + i * stride] - max) / sum;
    }
  }

  private Softmax() {}
}
