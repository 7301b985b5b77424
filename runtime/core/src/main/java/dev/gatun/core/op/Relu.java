package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** relu(x) = max(x, 0); NaN stays NaN. */
public final class Relu {
  public static final OpDef OP =
      OpDef.named("relu").pointwise(1, (e, a, x) -> e.max(x.get(0), 0)).define();

  private Relu() {}
}
