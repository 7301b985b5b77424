package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** tanh(x) = the hyperbolic tangent of x. */
public final class Tanh {
  public static final OpDef OP =
      OpDef.named("tanh").pointwise(1, (e, a, x) -> e.apply(Fn.TANH, x.get(0))).define();

  private Tanh() {}
}
