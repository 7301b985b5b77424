package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.RmsNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** x / sqrt(mean(x^2) + epsilon) [* scale], over trailing axes. */
final class RmsNormCluster implements Composite {
  @Override
  public String name() {
    return "recognizeRmsNorm";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (!Expressions.isArithmetic(root)) {
      return Optional.empty();
    }
    for (InverseRoot inverse : InverseRoot.below(root.output(), 4)) {
      for (Value x : Expressions.candidates(inverse.mean().input(0), 1)) {
        Optional<Match> match = match(root, inverse, x);
        if (match.isPresent()) {
          return match;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Match> match(Node root, InverseRoot inverse, Value x) {
    Set<Value> stops = Set.of(x, inverse.value());
    Optional<Polynomial> found = Polynomial.of(root.output(), stops);
    if (found.isEmpty()
        || !x.type().equals(root.output().type())
        || inverse
            .squares(Set.of(x))
            .filter(p -> p.isClose(Polynomial.atom(x).power(2)))
            .isEmpty()) {
      return Optional.empty();
    }
    Polynomial norm = Polynomial.atom(x).times(inverse.polynomial());
    List<Value> inputs = new ArrayList<>();
    inputs.add(x);
    for (Value atom : found.get().atoms()) {
      if (!stops.contains(atom)) {
        inputs.add(atom);
        norm = norm.times(Polynomial.atom(atom));
      }
    }
    if (inputs.size() > 2
        || inputs.size() == 2 && !Expressions.isRow(inputs.get(1), x.tensorType(), inverse.axis())
        || !found.get().isClose(norm)) {
      return Optional.empty();
    }
    Attrs attrs = Attrs.of("axis", inverse.axis(), "epsilon", inverse.shortEpsilon());
    return Optional.of(
        new Match(inputs, (b, in) -> b.add(RmsNorm.OP, attrs, in.toArray(Value[]::new))));
  }
}
