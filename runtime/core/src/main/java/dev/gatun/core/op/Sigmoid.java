package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** sigmoid(x) = 1 / (1 + exp(-x)). */
public final class Sigmoid {
  public static final OpDef OP =
      OpDef.named("sigmoid").pointwise(1, (e, a, x) -> e.sigmoid(x.get(0))).define();

  private Sigmoid() {}
}
