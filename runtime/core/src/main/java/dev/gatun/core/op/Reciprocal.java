package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;

/** reciprocal(x) = 1 / x. */
public final class Reciprocal {
  public static final OpDef OP =
      OpDef.named("reciprocal")
          .pointwise(1, (e, a, x) -> e.div(e.constant(ExprBuilder.real(x.get(0)), 1), x.get(0)))
          .define();

  private Reciprocal() {}
}
