package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import java.util.List;

/** softplus(x) = log(1 + exp(x)), as max(x, 0) + log1p(exp(-|x|)), which does not overflow. */
public final class Softplus {
  public static final OpDef OP =
      OpDef.named("softplus")
          .pointwise(1, (e, a, x) -> Activations.softplus(e, x.get(0)))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.mul(g.dy(), f.sigmoid(g.x(0))));
              })
          .define();

  private Softplus() {}
}
