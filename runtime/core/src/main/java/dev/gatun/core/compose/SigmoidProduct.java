package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Silu;
import dev.gatun.core.op.Swish;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** x sigmoid(x), and x sigmoid(beta x) as in the quick form of gelu (beta = 1.702). */
final class SigmoidProduct implements Composite {
  @Override
  public String name() {
    return "recognizeSwish";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (!Expressions.isArithmetic(root)) {
      return Optional.empty();
    }
    for (Node sigmoid : Expressions.below(root.output(), Sigmoid.OP, 1)) {
      for (Value x : Expressions.candidates(sigmoid.input(0), 2)) {
        OptionalDouble beta =
            Polynomial.of(sigmoid.input(0), Set.of(x))
                .map(p -> p.multipleOf(x))
                .orElse(OptionalDouble.empty());
        Polynomial product = Polynomial.atom(x).times(Polynomial.atom(sigmoid.output()));
        if (beta.isPresent()
            && Polynomial.of(root.output(), Set.of(x, sigmoid.output()))
                .filter(p -> p.isClose(product))
                .isPresent()) {
          double factor = beta.getAsDouble();
          return Optional.of(
              new Match(
                  List.of(x),
                  (b, in) ->
                      factor == 1
                          ? b.add(Silu.OP, in.get(0))
                          : b.add(Swish.OP, Attrs.of("beta", factor), in.get(0))));
        }
      }
    }
    return Optional.empty();
  }
}
