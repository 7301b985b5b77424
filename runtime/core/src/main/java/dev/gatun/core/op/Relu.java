package dev.gatun.core.op;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import java.util.List;

/**
 * relu(x) = max(x, 0); NaN stays NaN.
 *
 * <p>The result is positive where x is, so the gradient reads the result: x need not be kept, and
 * the operator may be part of the product before it.
 */
public final class Relu {
  public static final OpDef OP =
      OpDef.named("relu")
          .pointwise(1, (e, a, x) -> e.max(x.get(0), 0))
          .gradient(g -> List.of(gradient(g)))
          .define();

  private static Value gradient(Backward g) {
    OpDef derivative = g.node().op().derivative(0, List.of(0, 1));
    return g.b().add(derivative, g.y(), g.dy());
  }

  private Relu() {}
}
