package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** atanh(x) = the inverse hyperbolic tangent of x; NaN outside [-1, 1]. */
public final class Atanh {
  public static final OpDef OP =
      OpDef.named("atanh").pointwise(1, (e, a, x) -> e.apply(Fn.ATANH, x.get(0))).define();

  private Atanh() {}
}
