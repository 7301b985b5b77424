package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** atan2(x, y) = the angle of the point (y, x), in [-pi, pi]; with broadcasting. */
public final class Atan2 {
  public static final OpDef OP =
      OpDef.named("atan2")
          .pointwise(2, (e, a, x) -> e.apply(Fn.ATAN2, x.get(0), x.get(1)))
          .define();

  private Atan2() {}
}
