package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** softplus(x) = log(1 + exp(x)), as max(x, 0) + log1p(exp(-|x|)), which does not overflow. */
public final class Softplus {
  public static final OpDef OP =
      OpDef.named("softplus").pointwise(1, (e, a, x) -> Activations.softplus(e, x.get(0))).define();

  private Softplus() {}
}
