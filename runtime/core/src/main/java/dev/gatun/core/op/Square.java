package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** square(x) = x * x. */
public final class Square {
  public static final OpDef OP =
      OpDef.named("square").pointwise(1, (e, a, x) -> e.mul(x.get(0), x.get(0))).define();

  private Square() {}
}
