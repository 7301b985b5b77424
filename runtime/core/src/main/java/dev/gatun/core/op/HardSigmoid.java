package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** hardSigmoid(x) = alpha * x + beta, clipped to [0, 1]. */
public final class HardSigmoid {
  public static final OpDef OP =
      OpDef.named("hardSigmoid")
          .attr("alpha", 0.2)
          .attr("beta", 0.5)
          .pointwise(
              1, (e, a, x) -> Activations.hardSigmoid(e, x.get(0), a.real("alpha"), a.real("beta")))
          .define();

  private HardSigmoid() {}
}
