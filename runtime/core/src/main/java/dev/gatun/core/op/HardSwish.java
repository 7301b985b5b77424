package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** hardSwish(x) = x * hardSigmoid(x) with alpha 1/6 and beta 1/2. */
public final class HardSwish {
  public static final OpDef OP =
      OpDef.named("hardSwish")
          .pointwise(
              1, (e, a, x) -> e.mul(x.get(0), Activations.hardSigmoid(e, x.get(0), 1 / 6.0, 0.5)))
          .define();

  private HardSwish() {}
}
