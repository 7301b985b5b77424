package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** ceil(x) = the smallest integer not below x. */
public final class Ceil {
  public static final OpDef OP =
      OpDef.named("ceil").pointwise(1, (e, a, x) -> e.apply(Fn.CEIL, x.get(0))).define();

  private Ceil() {}
}
