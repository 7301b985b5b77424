package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** or(x, y) of booleans, with broadcasting. */
public final class Or {
  public static final OpDef OP =
      OpDef.named("or")
          .pointwise(2, (e, a, x) -> e.apply(Fn.OR, ExprBuilder.bool(x.get(0)), x.get(1)))
          .define();

  private Or() {}
}
