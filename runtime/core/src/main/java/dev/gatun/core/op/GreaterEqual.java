package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** greaterEqual(x, y) = x >= y; with broadcasting. */
public final class GreaterEqual {
  public static final OpDef OP =
      OpDef.named("greaterEqual")
          .pointwise(2, (e, a, x) -> e.lessEqual(x.get(1), x.get(0)))
          .define();

  private GreaterEqual() {}
}
