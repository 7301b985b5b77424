package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** prelu(x, slope) = x when x is not below 0, else slope * x; with broadcasting. */
public final class Prelu {
  public static final OpDef OP =
      OpDef.named("prelu")
          .pointwise(
              2,
              (e, a, x) ->
                  e.select(
                      e.lessEqual(x.get(0), e.constant(x.get(0), 0)),
                      e.mul(x.get(1), x.get(0)),
                      x.get(0)))
          .define();

  private Prelu() {}
}
