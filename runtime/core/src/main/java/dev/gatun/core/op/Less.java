package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** less(x, y) = x &lt; y; with broadcasting. */
public final class Less {
  public static final OpDef OP =
      OpDef.named("less").pointwise(2, (e, a, x) -> e.less(x.get(0), x.get(1))).define();

  private Less() {}
}
