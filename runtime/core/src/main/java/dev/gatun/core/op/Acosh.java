package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** acosh(x) = the inverse hyperbolic cosine of x; NaN below 1. */
public final class Acosh {
  public static final OpDef OP =
      OpDef.named("acosh").pointwise(1, (e, a, x) -> e.apply(Fn.ACOSH, x.get(0))).define();

  private Acosh() {}
}
