package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** asinh(x) = the inverse hyperbolic sine of x. */
public final class Asinh {
  public static final OpDef OP =
      OpDef.named("asinh").pointwise(1, (e, a, x) -> e.apply(Fn.ASINH, x.get(0))).define();

  private Asinh() {}
}
