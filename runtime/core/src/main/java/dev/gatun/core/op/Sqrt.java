package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import java.util.List;

/** sqrt(x) = the square root of x; NaN below 0. */
public final class Sqrt {
  public static final OpDef OP =
      OpDef.named("sqrt")
          .pointwise(1, (e, a, x) -> e.apply(Fn.SQRT, x.get(0)))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.div(f.mul(g.dy(), 0.5), g.y()));
              })
          .define();

  private Sqrt() {}
}
