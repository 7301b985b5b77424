package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;

/** add(x, y) = x + y; integers wrap around; with broadcasting. */
public final class Add {
  public static final OpDef OP =
      OpDef.named("add").pointwise(2, (e, a, x) -> e.apply(Fn.ADD, x.get(0), x.get(1))).define();

  private Add() {}
}
