package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** mul(x, y) = x * y; integers wrap around; with broadcasting. */
public final class Mul {
  public static final OpDef OP =
      OpDef.named("mul").pointwise(2, (e, a, x) -> e.apply(Fn.MUL, x.get(0), x.get(1))).define();

  private Mul() {}
}
