package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** bitAnd(x, y) of integers, bit by bit, with broadcasting. */
public final class BitAnd {
  public static final OpDef OP =
      OpDef.named("bitAnd")
          .pointwise(2, (e, a, x) -> e.apply(Fn.AND, ExprBuilder.integer(x.get(0)), x.get(1)))
          .define();

  private BitAnd() {}
}
