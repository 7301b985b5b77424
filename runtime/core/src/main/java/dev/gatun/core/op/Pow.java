package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/**
 * pow(x, y) = x to the power y, with broadcasting; the result has the type of x.
 *
 * <p>Types may differ: an integer x with a floating y is computed in float64 and truncated.
 */
public final class Pow {
  public static final OpDef OP =
      OpDef.named("pow")
          .pointwise(
              2,
              (e, a, x) -> {
                Expr base = ExprBuilder.number(x.get(0));
                Expr power = ExprBuilder.number(x.get(1));
                if (base.type().isInteger() && power.type().isFloat()) {
                  return e.cast(
                      e.pow(e.cast(base, DType.F64), e.cast(power, DType.F64)), base.type());
                }
                return e.pow(base, e.cast(power, base.type()));
              })
          .define();

  private Pow() {}
}
