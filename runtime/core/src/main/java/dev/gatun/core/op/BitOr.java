package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** bitOr(x, y) of integers, bit by bit, with broadcasting. */
public final class BitOr {
  public static final OpDef OP =
      OpDef.named("bitOr")
          .pointwise(2, (e, a, x) -> e.apply(Fn.OR, ExprBuilder.integer(x.get(0)), x.get(1)))
          .define();

  private BitOr() {}
}
