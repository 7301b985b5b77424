package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** div(x, y) = x / y; integers truncate toward 0, and a zero divisor gives 0; with broadcasting. */
public final class Div {
  public static final OpDef OP =
      OpDef.named("div").pointwise(2, (e, a, x) -> e.apply(Fn.DIV, x.get(0), x.get(1))).define();

  private Div() {}
}
