package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * gather(x, ids) = slices of x along {@code axis}: y[a..., i..., b...] = x[a..., ids[i...], b...].
 *
 * <p>Indices count from the end when negative; one outside the axis is an error.
 */
public final class Gather {
  public static final OpDef OP =
      OpDef.named("gather")
          .inputs(2)
          .attr("axis", 0)
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .gradient(Gather::gradient)
          .define();

  private static Shape shape(Operands in) {
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    Shape ids = in.shape(1);
    if (!x.isRanked() || !ids.isRanked()) {
      return Shape.UNRANKED;
    }
    in.require(x.rank() > 0, "a scalar has no axis to gather from");
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    long[] sizes = new long[x.rank() - 1 + ids.rank()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] =
          i < axis
              ? x.size(i)
              : i < axis + ids.rank() ? ids.size(i - axis) : x.size(i - ids.rank() + 1);
    }
    return Shape.of(sizes);
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor ids = in.tensor(1);
    TensorBuilder y = in.builder(0);
    int axis = Axes.at(in.attrs().integer("axis"), x.shape().rank());
    long size = x.shape().size(axis);
    long inner = 1;
    for (int i = axis + 1; i < x.shape().rank(); i++) {
      inner *= x.shape().size(i);
    }
    long outer = size == 0 || inner == 0 ? 0 : x.elements() / size / inner;
    if (size == 0 && y.shape().elements() > 0) {
      throw in.error("axis %d of %s has size 0, nothing to gather", axis, x.shape());
    }
    for (long o = 0; o < outer; o++) {
      for (long i = 0; i < ids.elements(); i++) {
        long id = index(in, ids.getLong(i), size);
        y.copy((o * ids.elements() + i) * inner, x, (o * size + id) * inner, inner);
      }
    }
    return y.build();
  }

  /** An index counted from the front, checked. */
  static long index(Evaluation in, long id, long size) {
    if (id < -size || id >= size) {
      throw in.error("index %d is outside [%d, %d]", id, -size, size - 1);
    }
    return id < 0 ? id + size : id;
  }

  private static List<Value> gradient(Backward g) {
    int axis = Axes.at(g.attrs().integer("axis"), g.x(0).tensorType().shape().rank());
    return List.of(scatter(g.b(), g.dy(), g.x(1), g.x(0), axis));
  }

  /** Sums slices of dy into zeros like x, at ids along an axis: the gradient of a gather. */
  static Value scatter(GraphBuilder b, Value dy, Value ids, Value x, int axis) {
    Formula f = new Formula(b);
    Value zeros = Expand.filled(b, 0, x);
    int count = ids.tensorType().shape().rank();
    int rank = x.tensorType().shape().rank();
    long[] toFront = new long[count + rank - 1]; // axes of ids, then those before them, then others
    long[] front = new long[rank];
    for (int i = 0; i < toFront.length; i++) {
      toFront[i] = i < count ? axis + i : i < count + axis ? i - count : i;
    }
    for (int i = 0; i < rank; i++) {
      front[i] = i == 0 ? axis : i <= axis ? i - 1 : i;
    }
    Value updates = axis == 0 ? dy : f.transpose(dy, toFront);
    Value target = axis == 0 ? zeros : f.transpose(zeros, front);
    Value sum =
        b.add(ScatterNd.OP, Attrs.of("reduction", "add"), target, f.unsqueeze(ids, -1), updates);
    return axis == 0 ? sum : f.transpose(sum, Transpose.inverse(front));
  }

  private Gather() {}
}
