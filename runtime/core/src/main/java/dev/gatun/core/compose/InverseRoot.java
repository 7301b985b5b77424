package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Pow;
import dev.gatun.core.op.Rsqrt;
import dev.gatun.core.op.Sqrt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * 1 / sqrt(mean + epsilon) in one of its spellings, as part of a norm.
 *
 * @param value the atom that stands for it, or for its inverse
 * @param polynomial the inverse root in terms of the atom
 * @param mean the reduceMean inside
 */
record InverseRoot(Value value, Polynomial polynomial, Node mean, double epsilon) {
  /** All that a value is computed from by arithmetic. */
  static List<InverseRoot> below(Value value, int depth) {
    List<InverseRoot> found = new ArrayList<>();
    for (Node sqrt : Expressions.below(value, Sqrt.OP, depth)) {
      of(sqrt, -1).ifPresent(found::add);
    }
    for (Node rsqrt : Expressions.below(value, Rsqrt.OP, depth)) {
      of(rsqrt, 1).ifPresent(found::add);
    }
    for (Node pow : Expressions.below(value, Pow.OP, depth)) {
      double exponent = Expressions.number(pow.input(1)).orElse(Double.NaN);
      if (Math.abs(exponent) == 0.5) {
        of(pow, exponent == 0.5 ? -1 : 1).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<InverseRoot> of(Node root, int power) {
    Polynomial atom = Polynomial.atom(root.output());
    Polynomial inverse = power == 1 ? atom : atom.inverse().orElseThrow();
    for (Value mean : Expressions.candidates(root.input(0), 1)) {
      Node node = mean.producer().orElse(null);
      if (node == null || Expressions.trailingAxis(node).isEmpty()) {
        continue;
      }
      Optional<Polynomial> sum = Polynomial.of(root.input(0), Set.of(mean));
      double epsilon = sum.map(Polynomial::constantTerm).orElse(-1.0);
      Polynomial wanted = Polynomial.atom(mean).plus(Polynomial.number(epsilon));
      if (epsilon >= 0 && sum.filter(p -> p.isClose(wanted)).isPresent()) {
        return Optional.of(new InverseRoot(root.output(), inverse, node, epsilon));
      }
    }
    return Optional.empty();
  }

  /** The polynomial of what the mean is taken of. */
  Optional<Polynomial> squares(Set<Value> stops) {
    return Polynomial.of(mean.input(0), stops);
  }

  /** First axis of the mean. */
  int axis() {
    return Expressions.trailingAxis(mean).orElseThrow();
  }

  /** As an attribute: the nearest short decimal of what was stored as float32. */
  double shortEpsilon() {
    OptionalDouble same = OptionalDouble.of(Double.parseDouble(Float.toString((float) epsilon)));
    return same.getAsDouble();
  }
}
