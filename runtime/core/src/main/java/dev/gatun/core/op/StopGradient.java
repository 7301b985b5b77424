package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** stopGradient(x) = x, through which no gradient flows back. */
public final class StopGradient {
  public static final OpDef OP =
      OpDef.named("stopGradient").pointwise(1, (e, a, x) -> x.get(0)).flat().define();

  private StopGradient() {}
}
