package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** sin(x) = the sine of x radians. */
public final class Sin {
  public static final OpDef OP =
      OpDef.named("sin").pointwise(1, (e, a, x) -> e.apply(Fn.SIN, x.get(0))).define();

  private Sin() {}
}
