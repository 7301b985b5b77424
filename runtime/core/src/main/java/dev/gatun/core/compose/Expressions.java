package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Neg;
import dev.gatun.core.op.Pow;
import dev.gatun.core.op.Reciprocal;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.Square;
import dev.gatun.core.op.Sub;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Questions about values that all composites ask. */
final class Expressions {
  private static final Set<OpDef> ARITHMETIC =
      Set.of(Add.OP, Sub.OP, Mul.OP, Div.OP, Neg.OP, Pow.OP, Square.OP, Reciprocal.OP);

  /** The node that makes the value if it is of that operator. */
  static Optional<Node> made(Value value, OpDef op) {
    return value.producer().filter(p -> p.op() == op);
  }

  static boolean isArithmetic(Node node) {
    return ARITHMETIC.contains(node.op());
  }

  /** The number if the value is a constant of one element. */
  static OptionalDouble number(Value value) {
    Optional<Tensor> constant = value.constant();
    return constant.isPresent()
            && constant.get().elements() == 1
            && constant.get().dtype().isFloat()
        ? OptionalDouble.of(constant.get().getDouble(0))
        : OptionalDouble.empty();
  }

  /** Nodes of an operator that the value is computed from by arithmetic alone. */
  static List<Node> below(Value value, OpDef op, int depth) {
    Set<Node> found = new LinkedHashSet<>();
    collect(value, op, depth, found);
    return List.copyOf(found);
  }

  private static void collect(Value value, OpDef op, int depth, Set<Node> found) {
    Node node = value.producer().orElse(null);
    if (node == null) {
      return;
    }
    if (node.op() == op) {
      found.add(node);
    } else if (depth > 0 && isArithmetic(node)) {
      for (Value input : node.inputs()) {
        collect(input, op, depth - 1, found);
      }
    }
  }

  /** The value itself and all it is computed from by arithmetic, the value first. */
  static List<Value> candidates(Value value, int depth) {
    Set<Value> found = new LinkedHashSet<>();
    gather(value, depth, found);
    return new ArrayList<>(found);
  }

  private static void gather(Value value, int depth, Set<Value> found) {
    if (value.isAbsent() || value.constantDatum().isPresent() || !found.add(value)) {
      return;
    }
    Node node = value.producer().orElse(null);
    if (depth > 0 && node != null && isArithmetic(node)) {
      node.inputs().forEach(input -> gather(input, depth - 1, found));
    }
  }

  /**
   * The first of the trailing axes that a mean is taken over; empty if they are others or dropped.
   */
  static OptionalInt trailingAxis(Node mean) {
    if (mean.op() != ReduceMean.OP || !mean.attrs().flag("keepDims")) {
      return OptionalInt.empty();
    }
    Shape shape = mean.input(0).tensorType().shape();
    Optional<Tensor> given = mean.has(1) ? mean.input(1).constant() : Optional.empty();
    if (given.isEmpty() || given.get().elements() == 0) {
      return OptionalInt.empty();
    }
    boolean[] reduced = new boolean[shape.rank()];
    int first = shape.rank();
    for (long axis : given.get().toLongs()) {
      int at = (int) (axis < 0 ? axis + shape.rank() : axis);
      reduced[at] = true;
      first = Math.min(first, at);
    }
    for (int i = first; i < reduced.length; i++) {
      if (!reduced[i]) {
        return OptionalInt.empty();
      }
    }
    return OptionalInt.of(first);
  }

  /** Whether the value has one element for each place on the axes from {@code axis} on. */
  static boolean isRow(Value value, Type.OfTensor like, int axis) {
    if (!(value.type() instanceof Type.OfTensor type) || type.dtype() != like.dtype()) {
      return false;
    }
    Shape shape = type.shape();
    int parameters = like.shape().rank() - axis;
    if (shape.rank() < parameters || shape.rank() > like.shape().rank()) {
      return false;
    }
    for (int i = 1; i <= shape.rank(); i++) {
      if (shape.size(-i) != (i <= parameters ? like.shape().size(-i) : 1)) {
        return false;
      }
    }
    return true;
  }

  private Expressions() {}
}
