package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/** isInf(x) = whether x is infinite; the attributes say which signs count. */
public final class IsInf {
  public static final OpDef OP =
      OpDef.named("isInf")
          .attr("negative", true)
          .attr("positive", true)
          .pointwise(
              1,
              (e, a, x) -> {
                Expr in = ExprBuilder.real(x.get(0));
                Expr no = e.whole(DType.BOOL, 0);
                // Through float32: small types without infinities cannot hold the constant.
                Expr wide = in.type() == DType.F64 ? in : e.cast(in, DType.F32);
                Expr high =
                    a.flag("positive")
                        ? e.equal(wide, e.constant(wide, Double.POSITIVE_INFINITY))
                        : no;
                Expr low =
                    a.flag("negative")
                        ? e.equal(wide, e.constant(wide, Double.NEGATIVE_INFINITY))
                        : no;
                return e.apply(dev.gatun.core.expr.Fn.OR, high, low);
              })
          .define();

  private IsInf() {}
}
