package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;

/** swish(x) = x * sigmoid(beta * x). */
public final class Swish {
  public static final OpDef OP =
      OpDef.named("swish")
          .attr("beta", 1.0)
          .pointwise(
              1,
              (e, a, x) ->
                  e.mul(x.get(0), e.sigmoid(e.mul(ExprBuilder.real(x.get(0)), a.real("beta")))))
          .define();

  private Swish() {}
}
