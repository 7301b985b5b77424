package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** min(x, y) = the smaller of x and y; NaN if either is NaN; with broadcasting. */
public final class Min {
  public static final OpDef OP =
      OpDef.named("min").pointwise(2, (e, a, x) -> e.apply(Fn.MIN, x.get(0), x.get(1))).define();

  private Min() {}
}
