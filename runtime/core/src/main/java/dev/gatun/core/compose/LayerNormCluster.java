package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.ReduceMean;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** (x - mean) / sqrt(mean((x - mean)^2) + epsilon) [* scale] [+ bias], over trailing axes. */
final class LayerNormCluster implements Composite {
  @Override
  public String name() {
    return "recognizeLayerNorm";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (!Expressions.isArithmetic(root)) {
      return Optional.empty();
    }
    for (InverseRoot inverse : InverseRoot.below(root.output(), 6)) {
      for (Node mean : Expressions.below(inverse.mean().input(0), ReduceMean.OP, 3)) {
        Optional<Match> match = match(root, inverse, mean);
        if (match.isPresent()) {
          return match;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Match> match(Node root, InverseRoot inverse, Node mean) {
    Value x = mean.input(0);
    if (Expressions.trailingAxis(mean).orElse(-1) != inverse.axis()
        || !x.type().equals(root.output().type())
        || !x.tensorType().shape().equals(inverse.mean().input(0).tensorType().shape())) {
      return Optional.empty();
    }
    Polynomial centered = Polynomial.atom(x).plus(Polynomial.atom(mean.output()).times(-1));
    Set<Value> stops = Set.of(x, mean.output(), inverse.value());
    Optional<Polynomial> found = Polynomial.of(root.output(), stops);
    if (found.isEmpty()
        || inverse.squares(stops).filter(p -> p.isClose(centered.power(2))).isEmpty()) {
      return Optional.empty();
    }
    List<Value> parameters = new ArrayList<>(found.get().atoms());
    parameters.removeAll(stops);
    for (Value parameter : parameters) {
      if (!Expressions.isRow(parameter, x.tensorType(), inverse.axis())) {
        return Optional.empty();
      }
    }
    Polynomial plain = centered.times(inverse.polynomial());
    Attrs attrs = Attrs.of("axis", inverse.axis(), "epsilon", inverse.shortEpsilon());
    if (parameters.isEmpty()) {
      return matchIf(found.get(), plain, List.of(x), attrs);
    }
    if (parameters.size() == 1) {
      Polynomial scaled = plain.times(Polynomial.atom(parameters.get(0)));
      return matchIf(found.get(), scaled, List.of(x, parameters.get(0)), attrs);
    }
    for (int i = 0; parameters.size() == 2 && i < 2; i++) {
      Value scale = parameters.get(i);
      Value bias = parameters.get(1 - i);
      Polynomial whole = plain.times(Polynomial.atom(scale)).plus(Polynomial.atom(bias));
      Optional<Match> match = matchIf(found.get(), whole, List.of(x, scale, bias), attrs);
      if (match.isPresent()) {
        return match;
      }
    }
    return Optional.empty();
  }

  private static Optional<Match> matchIf(
      Polynomial found, Polynomial wanted, List<Value> inputs, Attrs attrs) {
    return found.isClose(wanted)
        ? Optional.of(
            new Match(inputs, (b, in) -> b.add(LayerNorm.OP, attrs, in.toArray(Value[]::new))))
        : Optional.empty();
  }
}
