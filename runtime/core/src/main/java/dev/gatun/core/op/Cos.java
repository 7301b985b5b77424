package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** cos(x) = the cosine of x radians. */
public final class Cos {
  public static final OpDef OP =
      OpDef.named("cos").pointwise(1, (e, a, x) -> e.apply(Fn.COS, x.get(0))).define();

  private Cos() {}
}
