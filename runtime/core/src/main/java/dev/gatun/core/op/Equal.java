package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** equal(x, y) of any type, strings too; with broadcasting. */
public final class Equal {
  public static final OpDef OP =
      OpDef.named("equal").pointwise(2, (e, a, x) -> e.equal(x.get(0), x.get(1))).define();

  private Equal() {}
}
