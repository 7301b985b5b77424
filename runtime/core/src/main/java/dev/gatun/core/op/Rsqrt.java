package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import java.util.List;

/** rsqrt(x) = 1 / sqrt(x). */
public final class Rsqrt {
  public static final OpDef OP =
      OpDef.named("rsqrt")
          .pointwise(1, (e, a, x) -> e.div(e.constant(x.get(0), 1), e.sqrt(x.get(0))))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                Value cube = f.mul(f.square(g.y()), g.y());
                return List.of(f.mul(g.dy(), f.mul(cube, -0.5)));
              })
          .define();

  private Rsqrt() {}
}
