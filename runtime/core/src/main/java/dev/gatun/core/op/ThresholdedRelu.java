package dev.gatun.core.op;

import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;

/** thresholdedRelu(x) = x when x > alpha, else 0. */
public final class ThresholdedRelu {
  public static final OpDef OP =
      OpDef.named("thresholdedRelu")
          .attr("alpha", 1.0)
          .pointwise(
              1,
              (e, a, x) ->
                  e.select(
                      e.lessEqual(
                          ExprBuilder.real(x.get(0)), e.constant(x.get(0), a.real("alpha"))),
                      e.constant(x.get(0), 0),
                      x.get(0)))
          .define();

  private ThresholdedRelu() {}
}
