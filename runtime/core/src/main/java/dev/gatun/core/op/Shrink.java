package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/**
 * shrink(x) = x + bias below -lambd, x - bias above lambd, 0 between.
 *
 * <p>Integers are computed in float64, as the limits need not be whole.
 */
public final class Shrink {
  public static final OpDef OP =
      OpDef.named("shrink")
          .attr("bias", 0.0)
          .attr("lambd", 0.5)
          .pointwise(
              1,
              (e, a, x) -> {
                Expr in = ExprBuilder.number(x.get(0));
                return in.type().isFloat()
                    ? value(e, a, in)
                    : e.cast(value(e, a, e.cast(in, DType.F64)), in.type());
              })
          .define();

  private static Expr value(ExprBuilder e, Attrs a, Expr x) {
    double lambd = a.real("lambd");
    Expr above = e.select(e.greater(x, lambd), e.sub(x, a.real("bias")), e.constant(x, 0));
    return e.select(e.less(x, -lambd), e.add(x, a.real("bias")), above);
  }

  private Shrink() {}
}
