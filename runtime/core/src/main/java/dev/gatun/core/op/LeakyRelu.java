package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;

/** leakyRelu(x) = x when x is not below 0, else alpha * x. */
public final class LeakyRelu {
  public static final OpDef OP =
      OpDef.named("leakyRelu")
          .attr("alpha", 0.01)
          .pointwise(
              1,
              (e, a, x) ->
                  e.select(
                      e.lessEqual(ExprBuilder.real(x.get(0)), e.constant(x.get(0), 0)),
                      e.mul(x.get(0), a.real("alpha")),
                      x.get(0)))
          .define();

  private LeakyRelu() {}
}
