package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** elu(x) = x when x > 0, else alpha * (exp(x) - 1). */
public final class Elu {
  public static final OpDef OP =
      OpDef.named("elu")
          .attr("alpha", 1.0)
          .pointwise(
              1,
              (e, a, x) ->
                  e.select(
                      e.lessEqual(x.get(0), e.constant(x.get(0), 0)),
                      e.mul(e.apply(Fn.EXPM1, x.get(0)), a.real("alpha")),
                      x.get(0)))
          .define();

  private Elu() {}
}
