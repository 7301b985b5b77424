package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * topK(x, k) = the k largest (or smallest) elements along {@code axis}, and their indices as int64.
 *
 * <p>In descending (ascending) order, also when not {@code sorted}; of equals the lower index comes
 * first. NaN counts as the largest.
 */
public final class TopK {
  public static final OpDef OP =
      OpDef.named("topK")
          .inputs(2)
          .attr("axis", -1)
          .attr("largest", true)
          .attr("sorted", true)
          .types(
              in -> {
                Shape shape = shape(in);
                return List.of(Type.tensor(in.dtype(0), shape), Type.tensor(DType.I64, shape));
              })
          .reference(TopK::run)
          .gradient(g -> List.of(Order.gradient(g)))
          .define();

  private static Shape shape(Operands in) {
    in.require(in.dtype(0).isNumber(), "is not defined for %s", in.dtype(0));
    Sizes.requireIntegers(in, 1);
    in.require(!in.shape(1).isFixed() || in.shape(1).elements() == 1, "k must be a single number");
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Shape.UNRANKED;
    }
    in.require(x.rank() > 0, "a scalar has no axis");
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    long[] sizes = x.sizes();
    if (in.longs(1).isPresent()) {
      long k = in.longs(1).get()[0];
      in.require(
          k >= 0 && (sizes[axis] < 0 || k <= sizes[axis]),
          "k is %d, axis %d has size %d",
          k,
          axis,
          sizes[axis]);
      sizes[axis] = k;
    } else {
      sizes[axis] = Shape.UNKNOWN;
    }
    return Shape.of(sizes);
  }

  private static List<Datum> run(Evaluation in) {
    int axis = Axes.at(in.attrs().integer("axis"), in.tensor(0).shape().rank());
    return take(in.tensor(0), axis, in.shape(0), in.attrs().flag("largest"));
  }

  /** The first elements in order along an axis, as many as {@code shape} has; for sort too. */
  static List<Datum> take(Tensor x, int axis, Shape shape, boolean descending) {
    TensorBuilder values = new TensorBuilder(x.dtype(), shape);
    TensorBuilder indices = new TensorBuilder(DType.I64, shape);
    Lines from = Lines.along(x.shape(), axis);
    Lines to = Lines.along(shape, axis);
    for (long line = 0; line < from.count(); line++) {
      long first = from.first(line);
      Integer[] order = Order.sorted(x, first, from.stride(), from.size(), descending);
      for (int i = 0; i < to.size(); i++) {
        long at = to.first(line) + i * to.stride();
        values.copy(at, x, first + order[i] * from.stride());
        indices.set(at, (long) order[i]);
      }
    }
    return List.of(values.build(), indices.build());
  }

  private TopK() {}
}
