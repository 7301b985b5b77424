package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import java.util.List;

/** sigmoid(x) = 1 / (1 + exp(-x)). */
public final class Sigmoid {
  public static final OpDef OP =
      OpDef.named("sigmoid")
          .pointwise(1, (e, a, x) -> e.sigmoid(x.get(0)))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.mul(g.dy(), f.mul(g.y(), f.sub(1, g.y()))));
              })
          .define();

  private Sigmoid() {}
}
