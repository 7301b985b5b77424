package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** sign(x) = -1, 0 or 1 as x is below, at or above 0; NaN stays NaN. */
public final class Sign {
  public static final OpDef OP =
      OpDef.named("sign").pointwise(1, (e, a, x) -> e.apply(Fn.SIGN, x.get(0))).define();

  private Sign() {}
}
