package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** greater(x, y) = x > y; with broadcasting. */
public final class Greater {
  public static final OpDef OP =
      OpDef.named("greater").pointwise(2, (e, a, x) -> e.less(x.get(1), x.get(0))).define();

  private Greater() {}
}
