package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import java.util.List;

/** tanh(x) = the hyperbolic tangent of x. */
public final class Tanh {
  public static final OpDef OP =
      OpDef.named("tanh")
          .pointwise(1, (e, a, x) -> e.apply(Fn.TANH, x.get(0)))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.mul(g.dy(), f.sub(1, f.square(g.y()))));
              })
          .define();

  private Tanh() {}
}
