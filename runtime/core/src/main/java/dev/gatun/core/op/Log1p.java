package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** log1p(x) = log(1 + x), exact near 0. */
public final class Log1p {
  public static final OpDef OP =
      OpDef.named("log1p").pointwise(1, (e, a, x) -> e.apply(Fn.LOG1P, x.get(0))).define();

  private Log1p() {}
}
