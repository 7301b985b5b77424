package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** sinh(x) = the hyperbolic sine of x. */
public final class Sinh {
  public static final OpDef OP =
      OpDef.named("sinh").pointwise(1, (e, a, x) -> e.apply(Fn.SINH, x.get(0))).define();

  private Sinh() {}
}
