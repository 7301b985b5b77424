package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;

/** softsign(x) = x / (1 + |x|). */
public final class Softsign {
  public static final OpDef OP =
      OpDef.named("softsign")
          .pointwise(1, (e, a, x) -> e.div(ExprBuilder.real(x.get(0)), e.add(e.abs(x.get(0)), 1)))
          .define();

  private Softsign() {}
}
