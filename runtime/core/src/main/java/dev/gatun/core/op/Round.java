package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** round(x) = the nearest integer, ties to even. */
public final class Round {
  public static final OpDef OP =
      OpDef.named("round").pointwise(1, (e, a, x) -> e.apply(Fn.RINT, x.get(0))).define();

  private Round() {}
}
