package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** floor(x) = the largest integer not above x. */
public final class Floor {
  public static final OpDef OP =
      OpDef.named("floor").pointwise(1, (e, a, x) -> e.apply(Fn.FLOOR, x.get(0))).define();

  private Floor() {}
}
