package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** max(x, y) = the larger of x and y; NaN if either is NaN; with broadcasting. */
public final class Max {
  public static final OpDef OP =
      OpDef.named("max").pointwise(2, (e, a, x) -> e.apply(Fn.MAX, x.get(0), x.get(1))).define();

  private Max() {}
}
