package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** and(x, y) of booleans, with broadcasting. */
public final class And {
  public static final OpDef OP =
      OpDef.named("and")
          .pointwise(2, (e, a, x) -> e.apply(Fn.AND, ExprBuilder.bool(x.get(0)), x.get(1)))
          .define();

  private And() {}
}
