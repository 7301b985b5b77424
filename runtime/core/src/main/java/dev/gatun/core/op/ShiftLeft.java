package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** shiftLeft(x, y) = x * 2^y; 0 from the width of the type on; with broadcasting. */
public final class ShiftLeft {
  public static final OpDef OP =
      OpDef.named("shiftLeft")
          .pointwise(2, (e, a, x) -> e.apply(Fn.SHL, x.get(0), x.get(1)))
          .define();

  private ShiftLeft() {}
}
