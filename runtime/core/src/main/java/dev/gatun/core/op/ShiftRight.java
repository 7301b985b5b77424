package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/**
 * shiftRight(x, y) = floor(x / 2^y): the sign fills signed types, 0 unsigned ones; with
 * broadcasting.
 */
public final class ShiftRight {
  public static final OpDef OP =
      OpDef.named("shiftRight")
          .pointwise(2, (e, a, x) -> e.apply(Fn.SHR, x.get(0), x.get(1)))
          .define();

  private ShiftRight() {}
}
