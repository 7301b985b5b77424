package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** xor(x, y) of booleans, with broadcasting. */
public final class Xor {
  public static final OpDef OP =
      OpDef.named("xor")
          .pointwise(2, (e, a, x) -> e.apply(Fn.XOR, ExprBuilder.bool(x.get(0)), x.get(1)))
          .define();

  private Xor() {}
}
