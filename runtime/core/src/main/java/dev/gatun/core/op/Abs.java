package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** abs(x) = |x|. */
public final class Abs {
  public static final OpDef OP =
      OpDef.named("abs").pointwise(1, (e, a, x) -> e.apply(Fn.ABS, x.get(0))).define();

  private Abs() {}
}
