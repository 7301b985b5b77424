package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** add(x, y) = x + y with broadcasting. */
public final class Add {
  public static final OpDef OP =
      OpDef.named("add").pointwise(2, (e, a, x) -> e.add(x.get(0), x.get(1))).define();

  private Add() {}
}
