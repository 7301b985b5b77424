package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Erf;
import dev.gatun.core.op.Gelu;
import dev.gatun.core.op.Tanh;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** x/2 (1 + erf(x / sqrt 2)) and x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
final class GeluCluster implements Composite {
  private static final double CUBE = 0.044715;

  @Override
  public String name() {
    return "recognizeGelu";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (!Expressions.isArithmetic(root)) {
      return Optional.empty();
    }
    for (Node erf : Expressions.below(root.output(), Erf.OP, 4)) {
      for (Value x : Expressions.candidates(erf.input(0), 3)) {
        Polynomial inner = Polynomial.atom(x).times(Math.sqrt(0.5));
        if (fits(root, erf, x, inner)) {
          return Optional.of(gelu(x, "none"));
        }
      }
    }
    for (Node tanh : Expressions.below(root.output(), Tanh.OP, 4)) {
      for (Value x : Expressions.candidates(tanh.input(0), 7)) {
        Polynomial atom = Polynomial.atom(x);
        Polynomial inner = atom.plus(atom.power(3).times(CUBE)).times(Math.sqrt(2 / Math.PI));
        if (fits(root, tanh, x, inner)) {
          return Optional.of(gelu(x, "tanh"));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean fits(Node root, Node curve, Value x, Polynomial inner) {
    Polynomial half = Polynomial.atom(x).times(0.5);
    Polynomial outer = half.plus(half.times(Polynomial.atom(curve.output())));
    return Polynomial.of(curve.input(0), Set.of(x)).filter(p -> p.isClose(inner)).isPresent()
        && Polynomial.of(root.output(), Set.of(x, curve.output()))
            .filter(p -> p.isClose(outer))
            .isPresent();
  }

  private static Match gelu(Value x, String approximate) {
    return new Match(
        List.of(x), (b, in) -> b.add(Gelu.OP, Attrs.of("approximate", approximate), in.get(0)));
  }
}
