package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import java.util.List;

/** expm1(x) = exp(x) - 1, exact near 0. */
public final class Expm1 {
  public static final OpDef OP =
      OpDef.named("expm1")
          .pointwise(1, (e, a, x) -> e.apply(Fn.EXPM1, x.get(0)))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.mul(g.dy(), f.add(g.y(), 1)));
              })
          .define();

  private Expm1() {}
}
