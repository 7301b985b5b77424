package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** selu(x) = gamma * x when x > 0, else gamma * alpha * (exp(x) - 1). */
public final class Selu {
  public static final OpDef OP =
      OpDef.named("selu")
          .attr("alpha", 1.6732631921768188)
          .attr("gamma", 1.0507010221481323)
          .pointwise(
              1,
              (e, a, x) ->
                  e.select(
                      e.lessEqual(x.get(0), e.constant(x.get(0), 0)),
                      e.mul(e.apply(Fn.EXPM1, x.get(0)), a.real("gamma") * a.real("alpha")),
                      e.mul(x.get(0), a.real("gamma"))))
          .define();

  private Selu() {}
}
