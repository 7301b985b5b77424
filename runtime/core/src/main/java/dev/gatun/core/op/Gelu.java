package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.ShapeException;

/**
 * gelu(x) = x * the normal distribution function of x: 0.5 * x * (1 + erf(x / sqrt(2))).
 *
 * <p>approximate = "tanh" gives 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).
 */
public final class Gelu {
  public static final OpDef OP =
      OpDef.named("gelu")
          .attr("approximate", "none")
          .pointwise(1, (e, a, x) -> value(e, a, ExprBuilder.real(x.get(0))))
          .define();

  private static Expr value(ExprBuilder e, Attrs a, Expr x) {
    Expr twice =
        switch (a.text("approximate")) {
          case "none" -> e.erf(e.mul(x, Math.sqrt(0.5)));
          case "tanh" -> {
            Expr cube = e.mul(e.mul(x, x), x);
            yield e.tanh(e.mul(e.add(x, e.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI)));
          }
          default ->
              throw new ShapeException(
                  "approximate must be \"none\" or \"tanh\", got \"" + a.text("approximate") + '"');
        };
    return e.mul(e.mul(x, 0.5), e.add(twice, 1));
  }

  private Gelu() {}
}
