package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes an einsum as diagonals, sums, transposes and matrix products, operands from left to right.
 * Shapes must be fixed.
 */
final class Contraction {
  /** A value and the labels of its axes. */
  private record Labelled(Value value, String labels) {}

  private final Formula f;
  private final Map<Character, Long> sizes;

  private Contraction(Formula f, Map<Character, Long> sizes) {
    this.f = f;
    this.sizes = sizes;
  }

  static List<Value> build(GraphBuilder b, Operands in) {
    List<Shape> shapes = new ArrayList<>();
    for (int i = 0; i < in.count(); i++) {
      shapes.add(in.shape(i));
    }
    Equation equation = Equation.parse(in.attrs().text("equation"), shapes);
    Contraction c = new Contraction(new Formula(b), equation.sizes(shapes));
    Labelled result = c.operand(in.value(0), equation, 0);
    for (int i = 1; i < in.count(); i++) {
      result = c.product(result, c.operand(in.value(i), equation, i), needed(equation, i));
    }
    return List.of(c.ordered(result, equation.output()));
  }

  /** Labels that the result or an operand behind the first {@code last + 1} still has. */
  private static String needed(Equation equation, int last) {
    StringBuilder labels = new StringBuilder(equation.output());
    for (int i = last + 1; i < equation.operands().size(); i++) {
      labels.append(equation.operands().get(i));
    }
    return labels.toString();
  }

  /** An operand with each label once, and only those that somebody else has. */
  private Labelled operand(Value value, Equation equation, int i) {
    Labelled x = new Labelled(value, equation.operands().get(i));
    for (int axis = 0; axis < x.labels.length(); axis++) {
      int again = x.labels.lastIndexOf(x.labels.charAt(axis));
      if (again != axis) {
        x = diagonal(x, axis, again);
        axis = -1; // the axes have moved
      }
    }
    StringBuilder others = new StringBuilder(equation.output());
    for (int k = 0; k < equation.operands().size(); k++) {
      others.append(k == i ? "" : equation.operands().get(k));
    }
    return summed(x, others.toString());
  }

  /** [..., n, ..., n, ...] to [..., n, ...] where both indices are one. */
  private Labelled diagonal(Labelled x, int first, int second) {
    Shape shape = x.value.tensorType().shape();
    long size = shape.size(first);
    int rank = shape.rank();
    long[] perm = new long[rank];
    long[] flat = new long[rank - 1];
    StringBuilder labels = new StringBuilder();
    int to = 0;
    for (int axis = 0; axis < rank; axis++) {
      if (axis != first && axis != second) {
        flat[to] = shape.size(axis);
        perm[to++] = axis;
        labels.append(x.labels.charAt(axis));
      }
    }
    perm[rank - 2] = first;
    perm[rank - 1] = second;
    flat[rank - 2] = size * size;
    labels.append(x.labels.charAt(first));
    Value square = f.reshape(f.transpose(x.value, perm), flat);
    Value line = f.slice(square, rank - 2, 0, size * size, size + 1);
    return new Labelled(line, labels.toString());
  }

  /** Sums over the labels that are not among those needed. */
  private Labelled summed(Labelled x, String needed) {
    StringBuilder kept = new StringBuilder();
    List<Long> axes = new ArrayList<>();
    for (int axis = 0; axis < x.labels.length(); axis++) {
      if (needed.indexOf(x.labels.charAt(axis)) >= 0) {
        kept.append(x.labels.charAt(axis));
      } else {
        axes.add((long) axis);
      }
    }
    if (axes.isEmpty()) {
      return x;
    }
    long[] list = axes.stream().mapToLong(Long::longValue).toArray();
    return new Labelled(f.sum(x.value, list), kept.toString());
  }

  private Labelled product(Labelled x, Labelled y, String needed) {
    StringBuilder batch = new StringBuilder();
    StringBuilder inner = new StringBuilder();
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < x.labels.length(); i++) {
      char label = x.labels.charAt(i);
      boolean both = y.labels.indexOf(label) >= 0;
      boolean kept = needed.indexOf(label) >= 0;
      (both ? kept ? batch : inner : rows).append(label);
    }
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < y.labels.length(); i++) {
      if (x.labels.indexOf(y.labels.charAt(i)) < 0) {
        columns.append(y.labels.charAt(i));
      }
    }
    Value left = matrices(x, batch.toString(), rows.toString(), inner.toString());
    Value right = matrices(y, batch.toString(), inner.toString(), columns.toString());
    Value product = f.b().add(Matmul.OP, left, right);
    String labels = batch.toString() + rows + columns;
    long[] shape = product.tensorType().shape().sizes();
    long[] full = new long[labels.length()];
    for (int i = 0; i < full.length; i++) {
      full[i] =
          i < batch.length()
              ? shape[i]
              : size(i < batch.length() + rows.length() ? x : y, labels.charAt(i));
    }
    return summed(new Labelled(f.reshape(product, full), labels), needed);
  }

  private static long size(Labelled x, char label) {
    return x.value.tensorType().shape().size(x.labels.indexOf(label));
  }

  /** [batch..., rows, columns]; batch axes stay apart, as theirs of size 1 may have to stretch. */
  private Value matrices(Labelled x, String batch, String rows, String columns) {
    Labelled wide = x;
    for (int axis = 0; axis < x.labels.length(); axis++) {
      char label = x.labels.charAt(axis);
      long wanted = sizes.getOrDefault(label, 1L);
      boolean inner = batch.indexOf(label) < 0;
      if (inner && size(wide, label) != wanted) { // an ellipsis axis of size 1 that is summed
        long[] shape = wide.value.tensorType().shape().sizes();
        shape[axis] = wanted;
        wide = new Labelled(f.b().add(Expand.OP, wide.value, f.longs(shape)), x.labels);
      }
    }
    Value ordered = ordered(wide, batch + rows + columns);
    long[] shape = new long[batch.length() + 2];
    for (int i = 0; i < batch.length(); i++) {
      shape[i] = size(wide, batch.charAt(i));
    }
    shape[batch.length()] = count(wide, rows);
    shape[batch.length() + 1] = count(wide, columns);
    return f.reshape(ordered, shape);
  }

  private static long count(Labelled x, String labels) {
    long count = 1;
    for (int i = 0; i < labels.length(); i++) {
      count *= size(x, labels.charAt(i));
    }
    return count;
  }

  private Value ordered(Labelled x, String labels) {
    if (x.labels.equals(labels)) {
      return x.value;
    }
    long[] perm = new long[labels.length()];
    for (int i = 0; i < perm.length; i++) {
      perm[i] = x.labels.indexOf(labels.charAt(i));
    }
    return f.b().add(Transpose.OP, Attrs.of("perm", perm), x.value);
  }
}
