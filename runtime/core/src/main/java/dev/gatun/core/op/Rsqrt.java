package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** rsqrt(x) = 1 / sqrt(x). */
public final class Rsqrt {
  public static final OpDef OP =
      OpDef.named("rsqrt")
          .pointwise(1, (e, a, x) -> e.div(e.constant(x.get(0), 1), e.sqrt(x.get(0))))
          .define();

  private Rsqrt() {}
}
