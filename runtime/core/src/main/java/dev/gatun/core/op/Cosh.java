package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** cosh(x) = the hyperbolic cosine of x. */
public final class Cosh {
  public static final OpDef OP =
      OpDef.named("cosh").pointwise(1, (e, a, x) -> e.apply(Fn.COSH, x.get(0))).define();

  private Cosh() {}
}
