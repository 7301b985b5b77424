package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** asin(x) = the angle in [-pi/2, pi/2] whose sine is x. */
public final class Asin {
  public static final OpDef OP =
      OpDef.named("asin").pointwise(1, (e, a, x) -> e.apply(Fn.ASIN, x.get(0))).define();

  private Asin() {}
}
