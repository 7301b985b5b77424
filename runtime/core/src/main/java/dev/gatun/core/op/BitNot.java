package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** bitNot(x) = every bit of the integer x flipped. */
public final class BitNot {
  public static final OpDef OP =
      OpDef.named("bitNot").pointwise(1, (e, a, x) -> e.apply(Fn.BIT_NOT, x.get(0))).define();

  private BitNot() {}
}
