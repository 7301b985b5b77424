package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** lessEqual(x, y) = x &lt;= y; with broadcasting. */
public final class LessEqual {
  public static final OpDef OP =
      OpDef.named("lessEqual").pointwise(2, (e, a, x) -> e.lessEqual(x.get(0), x.get(1))).define();

  private LessEqual() {}
}
