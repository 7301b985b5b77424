package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** atan(x) = the angle in [-pi/2, pi/2] whose tangent is x. */
public final class Atan {
  public static final OpDef OP =
      OpDef.named("atan").pointwise(1, (e, a, x) -> e.apply(Fn.ATAN, x.get(0))).define();

  private Atan() {}
}
