package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/**
 * rem(x, y) = the remainder of x / y, with broadcasting: with the sign of x when fmod (C's fmod and
 * %), else with the sign of y (Python's %). An integer divisor of 0 gives 0.
 */
public final class Rem {
  public static final OpDef OP =
      OpDef.named("rem")
          .attr("fmod", false)
          .pointwise(
              2,
              (e, a, x) -> {
                Expr y = x.get(1);
                Expr rest = e.apply(Fn.REM, x.get(0), y);
                if (a.flag("fmod") || y.type().kind() == DType.Kind.UINT) {
                  return rest;
                }
                Expr zero = e.constant(rest, 0);
                Expr differs = e.apply(Fn.XOR, e.less(rest, zero), e.less(y, zero));
                Expr adjust = e.apply(Fn.AND, differs, e.not(e.equal(rest, zero)));
                Expr result = e.select(adjust, e.add(rest, y), rest);
                if (!y.type().isFloat()) {
                  return result;
                }
                // Python gives a zero the divisor's sign as well.
                Expr signed = e.select(e.less(y, zero), e.constant(rest, -0.0), zero);
                return e.select(e.equal(result, zero), signed, result);
              })
          .define();

  private Rem() {}
}
