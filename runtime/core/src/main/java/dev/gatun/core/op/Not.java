package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** not(x) = the other truth value. */
public final class Not {
  public static final OpDef OP =
      OpDef.named("not").pointwise(1, (e, a, x) -> e.not(x.get(0))).define();

  private Not() {}
}
