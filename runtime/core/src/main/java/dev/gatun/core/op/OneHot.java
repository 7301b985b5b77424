package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * oneHot(ids, depth, [off, on]) = a new axis of size depth that is on at the index, off elsewhere.
 *
 * <p>Indices count from the end when negative; one outside the axis is off everywhere.
 */
public final class OneHot {
  public static final OpDef OP =
      OpDef.named("oneHot")
          .inputs(3)
          .attr("axis", -1)
          .types(in -> List.of(Type.tensor(in.dtype(2), shape(in))))
          .reference(in -> List.of(run(in)))
          .differentiateAs(OneHot::build)
          .define();

  private static Shape shape(Operands in) {
    in.require(in.dtype(0).isNumber() && in.dtype(1).isNumber(), "ids and depth must be numbers");
    in.require(
        !in.shape(1).isFixed() || in.shape(1).elements() == 1, "depth must be a single number");
    in.require(
        !in.shape(2).isFixed() || in.shape(2).elements() == 2, "values must be two: [off, on]");
    Shape ids = in.shape(0);
    if (!ids.isRanked()) {
      return Shape.UNRANKED;
    }
    int rank = ids.rank() + 1;
    int axis = Axes.one(in, in.attrs().integer("axis"), rank);
    long depth = in.longs(1).map(d -> d[0]).orElse(Shape.UNKNOWN);
    in.require(in.longs(1).isEmpty() || depth >= 0, "depth must not be negative, got %d", depth);
    long[] sizes = new long[rank];
    for (int i = 0; i < rank; i++) {
      sizes[i] = i == axis ? depth : ids.size(i < axis ? i : i - 1);
    }
    return Shape.of(sizes);
  }

  private static Tensor run(Evaluation in) {
    Tensor ids = in.tensor(0);
    Tensor values = in.tensor(2);
    TensorBuilder y = in.builder(0);
    int axis = Axes.at(in.attrs().integer("axis"), y.shape().rank());
    long depth = y.shape().size(axis);
    long[] strides = Indexer.strides(y.shape());
    for (long i = 0; i < y.shape().elements(); i++) {
      y.copy(i, values, 0);
    }
    for (long i = 0; i < ids.elements() && depth > 0; i++) {
      long id = ids.getLong(i);
      long index = id < 0 ? id + depth : id;
      if (index >= 0 && index < depth) {
        long inner = strides[axis];
        y.copy(i / inner * inner * depth + index * inner + i % inner, values, 1);
      }
    }
    return y.build();
  }

  /** off + hit * (on - off). */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value zeroOne = b.constant(Tensor.rounded(in.dtype(2), Shape.of(2), new double[] {0, 1}));
    Value hit = b.add(OP, in.attrs(), in.value(0), in.value(1), zeroOne);
    Value off = f.reshape(f.slice(in.value(2), 0, 0, 1, 1));
    Value on = f.reshape(f.slice(in.value(2), 0, 1, 2, 1));
    return List.of(f.add(f.mul(hit, on), f.mul(f.sub(1, hit), off)));
  }

  private OneHot() {}
}
