package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** mish(x) = x * tanh(softplus(x)). */
public final class Mish {
  public static final OpDef OP =
      OpDef.named("mish")
          .pointwise(1, (e, a, x) -> e.mul(x.get(0), e.tanh(Activations.softplus(e, x.get(0)))))
          .define();

  private Mish() {}
}
