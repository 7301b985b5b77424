package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** silu(x) = x * sigmoid(x). */
public final class Silu {
  public static final OpDef OP =
      OpDef.named("silu").pointwise(1, (e, a, x) -> e.mul(x.get(0), e.sigmoid(x.get(0)))).define();

  private Silu() {}
}
