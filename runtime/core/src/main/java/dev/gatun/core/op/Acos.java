package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** acos(x) = the angle in [0, pi] whose cosine is x. */
public final class Acos {
  public static final OpDef OP =
      OpDef.named("acos").pointwise(1, (e, a, x) -> e.apply(Fn.ACOS, x.get(0))).define();

  private Acos() {}
}
