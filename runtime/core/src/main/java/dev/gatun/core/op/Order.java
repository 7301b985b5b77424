package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;

/** The order of elements that sorting operators share: NaN is the largest, zeros are equal. */
final class Order {
  /** Compares two elements of tensors of one type. */
  static int compare(Tensor x, long i, Tensor y, long k) {
    return switch (x.dtype().kind()) {
      case FLOAT -> compare(x.getDouble(i), y.getDouble(k));
      case UINT -> Long.compareUnsigned(x.getLong(i), y.getLong(k));
      case INT, BOOL -> Long.compare(x.getLong(i), y.getLong(k));
      case STRING -> x.getString(i).compareTo(y.getString(k));
    };
  }

  private static int compare(double x, double y) {
    // Not a mistake: Double.compare would tell 0 from -0.
    return x == y ? 0 : Double.compare(x, y);
  }

  /** The positions [0, size) of a line of x in order; equal elements keep theirs. */
  static Integer[] sorted(Tensor x, long first, long stride, int size, boolean descending) {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Comparator<Integer> ascending = (i, k) -> compare(x, first + i * stride, x, first + k * stride);
    Arrays.sort(order, descending ? ascending.reversed() : ascending);
    return order;
  }

  /** Each value's gradient goes back to where it came from. */
  static Value gradient(Backward g) {
    Shape shape = g.x(0).tensorType().shape();
    if (shape.isRanked() && shape.rank() == 0) {
      return Reshape.like(g.b(), g.dy(), g.x(0));
    }
    Attrs attrs = Attrs.of("axis", g.attrs().integer("axis"), "reduction", "add");
    return g.b().add(ScatterElements.OP, attrs, Expand.filled(g.b(), 0, g.x(0)), g.y(1), g.dy());
  }

  private Order() {}
}
