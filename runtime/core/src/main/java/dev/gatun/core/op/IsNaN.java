package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/** isNaN(x) = whether x is not a number. */
public final class IsNaN {
  public static final OpDef OP =
      OpDef.named("isNaN")
          .pointwise(1, (e, a, x) -> e.apply(Fn.IS_NAN, DType.BOOL, x.get(0)))
          .define();

  private IsNaN() {}
}
