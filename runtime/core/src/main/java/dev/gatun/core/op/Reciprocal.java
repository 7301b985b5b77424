package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;
import java.util.List;

/** reciprocal(x) = 1 / x. */
public final class Reciprocal {
  public static final OpDef OP =
      OpDef.named("reciprocal")
          .pointwise(1, (e, a, x) -> e.div(e.constant(ExprBuilder.real(x.get(0)), 1), x.get(0)))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.neg(f.mul(g.dy(), f.square(g.y()))));
              })
          .define();

  private Reciprocal() {}
}
