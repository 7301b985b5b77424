package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** erf(x) = 2/sqrt(pi) times the integral of exp(-t*t) from 0 to x. */
public final class Erf {
  public static final OpDef OP =
      OpDef.named("erf").pointwise(1, (e, a, x) -> e.apply(Fn.ERF, x.get(0))).define();

  private Erf() {}
}
