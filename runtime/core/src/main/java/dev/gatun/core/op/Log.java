package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** log(x) = the natural logarithm of x; NaN below 0. */
public final class Log {
  public static final OpDef OP =
      OpDef.named("log").pointwise(1, (e, a, x) -> e.apply(Fn.LOG, x.get(0))).define();

  private Log() {}
}
