package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Neg;
import dev.gatun.core.op.Pow;
import dev.gatun.core.op.Reciprocal;
import dev.gatun.core.op.Square;
import dev.gatun.core.op.Sub;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A value as a sum of products of other values (atoms) to whole powers, negative ones included.
 *
 * <p>However an exporter orders and nests additions and multiplications, the polynomial is the
 * same, so that one comparison takes the place of a pattern for each spelling.
 */
final class Polynomial {
  private static final int MAX_TERMS = 12;
  private static final int MAX_DEPTH = 10;

  /** Constants come from float32 literals; products of several are off by a few roundings. */
  private static final double TOLERANCE = 1e-6;

  /** From the powers of the atoms (never 0) to the coefficient. */
  private final Map<Map<Value, Integer>, Double> terms;

  private Polynomial(Map<Map<Value, Integer>, Double> terms) {
    this.terms = terms;
  }

  static Polynomial number(double value) {
    return new Polynomial(value == 0 ? Map.of() : Map.of(Map.of(), value));
  }

  static Polynomial atom(Value value) {
    return new Polynomial(Map.of(Map.of(value, 1), 1.0));
  }

  Polynomial plus(Polynomial other) {
    Map<Map<Value, Integer>, Double> sum = new HashMap<>(terms);
    other.terms.forEach((powers, factor) -> sum.merge(powers, factor, Double::sum));
    sum.values().removeIf(factor -> factor == 0);
    return new Polynomial(sum);
  }

  Polynomial times(double factor) {
    return times(number(factor));
  }

  Polynomial times(Polynomial other) {
    Map<Map<Value, Integer>, Double> product = new HashMap<>();
    terms.forEach(
        (a, x) -> other.terms.forEach((b, y) -> product.merge(multiply(a, b), x * y, Double::sum)));
    product.values().removeIf(factor -> factor == 0);
    return new Polynomial(product);
  }

  Polynomial power(int exponent) {
    Polynomial result = number(1);
    for (int i = 0; i < exponent; i++) {
      result = result.times(this);
    }
    return result;
  }

  /** 1 / this if this is one product, else empty. */
  Optional<Polynomial> inverse() {
    if (terms.size() != 1) {
      return Optional.empty();
    }
    Map.Entry<Map<Value, Integer>, Double> term = terms.entrySet().iterator().next();
    Map<Value, Integer> powers = new HashMap<>();
    term.getKey().forEach((value, power) -> powers.put(value, -power));
    return Optional.of(new Polynomial(Map.of(powers, 1 / term.getValue())));
  }

  private static Map<Value, Integer> multiply(Map<Value, Integer> a, Map<Value, Integer> b) {
    Map<Value, Integer> product = new HashMap<>(a);
    b.forEach((value, power) -> product.merge(value, power, Integer::sum));
    product.values().removeIf(power -> power == 0);
    return product;
  }

  /** Whether both have the same terms, with coefficients equal but for rounding. */
  boolean isClose(Polynomial other) {
    if (!terms.keySet().equals(other.terms.keySet())) {
      return false;
    }
    for (Map.Entry<Map<Value, Integer>, Double> term : terms.entrySet()) {
      double wanted = other.terms.getOrDefault(term.getKey(), 0.0);
      if (!(Math.abs(term.getValue() - wanted) <= TOLERANCE * Math.abs(wanted))) {
        return false;
      }
    }
    return true;
  }

  /** The coefficient if this is a multiple of the value. */
  OptionalDouble multipleOf(Value value) {
    Double factor = terms.size() == 1 ? terms.get(Map.of(value, 1)) : null;
    return factor == null ? OptionalDouble.empty() : OptionalDouble.of(factor);
  }

  /** The number added to the other terms. */
  double constantTerm() {
    return terms.getOrDefault(Map.of(), 0.0);
  }

  /** Atoms that occur. */
  Set<Value> atoms() {
    Set<Value> atoms = new java.util.LinkedHashSet<>();
    terms.keySet().forEach(powers -> atoms.addAll(powers.keySet()));
    return atoms;
  }

  /**
   * Reads a value.
   *
   * @param stops values not to look into
   * @return empty if it has too many terms
   */
  static Optional<Polynomial> of(Value value, Set<Value> stops) {
    Polynomial result = read(value, stops, MAX_DEPTH);
    return result.terms.size() > MAX_TERMS ? Optional.empty() : Optional.of(result);
  }

  private static Polynomial read(Value value, Set<Value> stops, int depth) {
    OptionalDouble number = Expressions.number(value);
    if (number.isPresent()) {
      return number(number.getAsDouble());
    }
    Node node = value.producer().orElse(null);
    if (node == null || stops.contains(value) || depth == 0 || !Expressions.isArithmetic(node)) {
      return atom(value);
    }
    Polynomial x = read(node.input(0), stops, depth - 1);
    if (x.terms.size() > MAX_TERMS) {
      return atom(value);
    }
    if (node.op() == Neg.OP) {
      return x.times(-1);
    }
    if (node.op() == Square.OP) {
      return x.times(x);
    }
    if (node.op() == Reciprocal.OP) {
      return x.inverse().orElseGet(() -> atom(value));
    }
    if (node.op() == Pow.OP) {
      return power(value, x, Expressions.number(node.input(1)));
    }
    Polynomial y = read(node.input(1), stops, depth - 1);
    if (y.terms.size() > MAX_TERMS) {
      return atom(value);
    }
    if (node.op() == Add.OP) {
      return x.plus(y);
    }
    if (node.op() == Sub.OP) {
      return x.plus(y.times(-1));
    }
    if (node.op() == Mul.OP) {
      return x.times(y);
    }
    if (node.op() == Div.OP) {
      return y.inverse().map(x::times).orElseGet(() -> atom(value));
    }
    return atom(value);
  }

  private static Polynomial power(Value value, Polynomial x, OptionalDouble exponent) {
    double e = exponent.orElse(Double.NaN);
    if (e == 2 || e == 3) {
      return x.power((int) e);
    }
    return e == -1 ? x.inverse().orElseGet(() -> atom(value)) : atom(value);
  }

  @Override
  public String toString() {
    return terms.toString();
  }
}
