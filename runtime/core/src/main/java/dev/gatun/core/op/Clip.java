package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.ShapeException;
import java.util.List;

/**
 * clip(x) = min(max(x, min), max) with constant bounds; NaN stays NaN.
 *
 * <p>When min is above max the result is max. A bound outside the range of an integer type does
 * nothing. Bounds of int64 beyond 2^53 are not exact as attributes: use {@link ClipDynamic}.
 */
public final class Clip {
  public static final OpDef OP =
      OpDef.named("clip")
          .attr("min", Double.NEGATIVE_INFINITY)
          .attr("max", Double.POSITIVE_INFINITY)
          .pointwise(
              1,
              (e, a, x) -> {
                Expr in = ExprBuilder.number(x.get(0));
                double low = a.real("min");
                double high = a.real("max");
                boolean whole = in.type().isInteger();
                if (Double.isNaN(low) || Double.isNaN(high)) {
                  throw new ShapeException(
                      "the bounds [" + low + ", " + high + "] are not numbers");
                }
                if (whole && (low >= in.type().highest() || high < in.type().lowest())) {
                  throw new ShapeException(
                      "the bounds [" + low + ", " + high + "] are outside " + in.type());
                }
                Expr y = in;
                if (low > (whole ? in.type().lowest() : Double.NEGATIVE_INFINITY)) {
                  y = e.max(y, whole ? Math.ceil(low) : low);
                }
                if (high < (whole ? in.type().highest() : Double.POSITIVE_INFINITY)) {
                  y = e.min(y, whole ? Math.floor(high) : high);
                }
                return y;
              })
          .gradient(
              g -> { // A value on a bound still moves, as in PyTorch.
                Formula f = new Formula(g.b());
                Value low = f.number(g.x(0), g.attrs().real("min"));
                Value high = f.number(g.x(0), g.attrs().real("max"));
                Value inside =
                    g.b()
                        .add(
                            And.OP,
                            g.b().add(LessEqual.OP, low, g.x(0)),
                            g.b().add(LessEqual.OP, g.x(0), high));
                return List.of(f.where(inside, g.dy(), f.number(g.dy(), 0)));
              })
          .define();

  private Clip() {}
}
