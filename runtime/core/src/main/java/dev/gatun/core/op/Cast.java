package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.ShapeException;
import java.util.List;

/**
 * cast(x) = x converted to the type {@code to}.
 *
 * <p>Floats become integers by truncation, integers keep their low bits, numbers become booleans by
 * x != 0. Strings are read and written as NumPy does. Floats of 8 bits and less take the nearest
 * value, ties to even; what is too large for them becomes the largest finite value when {@code
 * saturate}, else infinity, or NaN where the type has no infinity. {@code mode} is for float8e8m0,
 * which holds powers of two: "nearest", "up" or "down".
 */
public final class Cast {
  public static final OpDef OP =
      OpDef.named("cast")
          .attr("to")
          .attr("saturate", true)
          .attr("mode", "nearest")
          .pointwise(1, (e, a, x) -> value(e, a, x.get(0)))
          .gradient(g -> List.of(new Formula(g.b()).cast(g.dy(), g.dtype(0))))
          .define();

  private static Expr value(ExprBuilder e, Attrs a, Expr x) {
    DType to = a.dtype("to");
    if (x.type() == to) {
      return x;
    }
    return switch (to) {
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ -> {
        boolean text = x.type() == DType.STRING;
        Expr number = text ? e.cast(x, DType.F64) : x;
        yield a.flag("saturate") ? e.cast(number, to) : overflowing(e, number, to);
      }
      case F8E8M0 -> powerOfTwo(e, x, a.text("mode"));
      default -> e.cast(x, to);
    };
  }

  /** The conversion saturates, so what rounds beyond the largest value is replaced. */
  private static Expr overflowing(ExprBuilder e, Expr x, DType to) {
    Expr wide = x.type() == DType.F64 ? x : e.cast(x, DType.F32);
    Expr magnitude = e.abs(wide);
    // Half way between the largest value and what would follow it. A tie goes to the even
    // neighbour: down for e4m3fn (448 = 1.75 * 2^8 is even), up for the others.
    Expr fits =
        switch (to) {
          case F8E4M3FN -> e.lessEqual(magnitude, e.constant(wide, 464));
          case F8E4M3FNUZ -> e.less(magnitude, e.constant(wide, 248));
          default -> e.less(magnitude, e.constant(wide, 61440));
        };
    Expr beyond =
        to == DType.F8E5M2
            ? e.select(
                e.less(wide, 0),
                e.constant(to, Double.NEGATIVE_INFINITY),
                e.constant(to, Double.POSITIVE_INFINITY))
            : e.constant(to, Double.NaN);
    Expr nan = e.apply(dev.gatun.core.expr.Fn.IS_NAN, DType.BOOL, wide);
    Expr keep = e.apply(dev.gatun.core.expr.Fn.OR, fits, nan);
    return e.select(keep, e.cast(x, to), beyond);
  }

  private static Expr powerOfTwo(ExprBuilder e, Expr x, String mode) {
    return switch (mode) {
      case "nearest" -> e.cast(x, DType.F8E8M0);
      case "up", "down" -> {
        // The nearest power of two, then one step if that is on the wrong side.
        Expr wide = e.cast(x, DType.F64);
        Expr near = e.cast(e.cast(wide, DType.F8E8M0), DType.F64);
        boolean up = mode.equals("up");
        Expr wrong = up ? e.less(near, wide) : e.less(wide, near);
        yield e.cast(e.select(wrong, e.mul(near, up ? 2 : 0.5), near), DType.F8E8M0);
      }
      default ->
          throw new ShapeException(
              "mode must be \"nearest\", \"up\" or \"down\", got \"" + mode + '"');
    };
  }

  private Cast() {}
}
