package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** exp(x) = e to the power x. */
public final class Exp {
  public static final OpDef OP =
      OpDef.named("exp").pointwise(1, (e, a, x) -> e.apply(Fn.EXP, x.get(0))).define();

  private Exp() {}
}
