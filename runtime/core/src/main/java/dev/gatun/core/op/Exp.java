package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import java.util.List;

/** exp(x) = e to the power x. */
public final class Exp {
  public static final OpDef OP =
      OpDef.named("exp")
          .pointwise(1, (e, a, x) -> e.apply(Fn.EXP, x.get(0)))
          .gradient(g -> List.of(new Formula(g.b()).mul(g.dy(), g.y())))
          .define();

  private Exp() {}
}
