package dev.gatun.core.autodiff;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Matmul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of each value's gradient, one from every place where it is used, added up when all are
 * there.
 *
 * <p>Weight gradients of many products with one weight, as a recurrent layer has in each step, are
 * one product over all their rows: a1' b1 + a2' b2 = [a1; a2]' [b1; b2].
 */
final class Contributions {
  /** So many products become one: joining their operands costs a copy. */
  private static final int MANY = 3;

  private static final Attrs WEIGHT = Attrs.of("transposeA", true, "transposeB", false);

  private final GraphBuilder b;
  private final Map<Value, List<Value>> parts = new HashMap<>();

  Contributions(GraphBuilder b) {
    this.b = b;
  }

  void add(Value value, Value gradient) {
    parts.computeIfAbsent(value, v -> new ArrayList<>()).add(gradient);
  }

  /** The whole gradient; absent if there is none. */
  Value total(Value value) {
    List<Value> list = parts.get(value);
    if (list == null) {
      return Value.ABSENT;
    }
    if (list.size() > 1) {
      Value sum = sum(list);
      list.clear();
      list.add(sum);
    }
    return list.get(0);
  }

  private Value sum(List<Value> list) {
    List<Value> terms = new ArrayList<>();
    List<Value> left = new ArrayList<>();
    List<Value> right = new ArrayList<>();
    for (Value part : list) {
      Node node = part.producer().filter(Contributions::isWeightGradient).orElse(null);
      if (node == null || list.size() < MANY) {
        terms.add(part);
      } else {
        left.add(node.input(0));
        right.add(node.input(1));
      }
    }
    if (!left.isEmpty()) {
      terms.add(b.add(Matmul.OP, WEIGHT, rows(left), rows(right)));
    }
    Value sum = terms.get(0);
    for (Value term : terms.subList(1, terms.size())) {
      sum = b.add(Add.OP, sum, term);
    }
    return sum;
  }

  private static boolean isWeightGradient(Node node) {
    return node.op() == Matmul.OP
        && node.attrs().equals(WEIGHT)
        && node.inputs().stream()
            .allMatch(x -> x.type().isFixed() && x.tensorType().shape().rank() == 2);
  }

  private Value rows(List<Value> matrices) {
    return b.add(Concat.OP, Attrs.of("axis", 0), matrices.toArray(Value[]::new));
  }
}
