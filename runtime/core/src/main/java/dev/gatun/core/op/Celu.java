package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** celu(x) = x when x > 0, else alpha * (exp(x / alpha) - 1). */
public final class Celu {
  public static final OpDef OP =
      OpDef.named("celu")
          .attr("alpha", 1.0)
          .pointwise(
              1,
              (e, a, x) ->
                  e.select(
                      e.lessEqual(x.get(0), e.constant(x.get(0), 0)),
                      e.mul(e.apply(Fn.EXPM1, e.div(x.get(0), a.real("alpha"))), a.real("alpha")),
                      x.get(0)))
          .define();

  private Celu() {}
}
