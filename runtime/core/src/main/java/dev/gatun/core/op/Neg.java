package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** neg(x) = -x; integers wrap around. */
public final class Neg {
  public static final OpDef OP =
      OpDef.named("neg").pointwise(1, (e, a, x) -> e.apply(Fn.NEG, x.get(0))).define();

  private Neg() {}
}
