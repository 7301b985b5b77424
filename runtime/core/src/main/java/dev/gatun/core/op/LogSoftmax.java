package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import java.util.List;

/** logSoftmax(x) = x - max - log(sum(exp(x - max))) along an axis. */
public final class LogSoftmax {
  public static final OpDef OP =
      OpDef.named("logSoftmax")
          .attr("axis", -1)
          .fusion(FusionClass.ROWWISE)
          .types(Softmaxes::types)
          .reference(in -> Softmaxes.run("logSoftmax", in, LogSoftmax::line))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                Value sum = f.keptSum(g.dy(), g.attrs().integer("axis"));
                return List.of(f.sub(g.dy(), f.mul(f.exp(g.y()), sum)));
              })
          .define();

  static void line(double[] x, int from, int count, int stride) {

    double max = Softmaxes.max(x, from, count, stride);
    double log = Math.log(Softmaxes.sumExp(x, from, count, stride, max));
    for (int i = 0; i < count; i++) {
      x[from + i * stride] = x[from + i * stride] - max - log;
    }
  }

  private LogSoftmax() {}
}
