package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** tan(x) = the tangent of x radians. */
public final class Tan {
  public static final OpDef OP =
      OpDef.named("tan").pointwise(1, (e, a, x) -> e.apply(Fn.TAN, x.get(0))).define();

  private Tan() {}
}
