package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** where(condition, x, y) = x where the condition holds, else y, of any type; with broadcasting. */
public final class Where {
  public static final OpDef OP =
      OpDef.named("where")
          .pointwise(3, (e, a, x) -> e.select(x.get(0), x.get(1), x.get(2)))
          .define();

  private Where() {}
}
