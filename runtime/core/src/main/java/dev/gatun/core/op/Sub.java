package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** sub(x, y) = x - y; integers wrap around; with broadcasting. */
public final class Sub {
  public static final OpDef OP =
      OpDef.named("sub").pointwise(2, (e, a, x) -> e.apply(Fn.SUB, x.get(0), x.get(1))).define();

  private Sub() {}
}
