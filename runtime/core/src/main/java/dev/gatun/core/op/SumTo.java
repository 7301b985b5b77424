package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * sumTo(x, shape) = the sum of x over the axes along which a value of this shape was stretched to
 * that of x: the gradient of broadcasting.
 */
public final class SumTo {
  public static final OpDef OP =
      OpDef.named("sumTo")
          .inputs(2)
          .types(
              in -> {
                in.require(in.dtype(0).isNumber(), "is not defined for %s", in.dtype(0));
                return List.of(Type.tensor(in.dtype(0), shape(in)));
              })
          .reference(in -> List.of(run(in)))
          .gradient(g -> List.of(Expand.like(g.b(), g.dy(), g.x(0))))
          .define();

  /** The value summed to the shape of another one, which stretches to it. */
  public static Value like(GraphBuilder b, Value value, Value like) {
    Shape from = value.tensorType().shape();
    Shape to = like.tensorType().shape();
    if (from.isFixed() && from.equals(to)) {
      return value;
    }
    if (!from.isFixed() || !to.isFixed()) {
      return b.add(OP, value, ShapeOf.value(b, like));
    }
    return fixed(b, value, to);
  }

  /** As reductions, for shapes that are known. */
  public static Value fixed(GraphBuilder b, Value value, Shape to) {
    Shape from = value.tensorType().shape();
    int added = from.rank() - to.rank();
    List<Long> axes = new ArrayList<>();
    for (int i = 0; i < from.rank(); i++) {
      if (i < added || to.size(i - added) == 1 && from.size(i) != 1) {
        axes.add((long) i);
      }
    }
    Value sum = value;
    if (!axes.isEmpty()) {
      long[] list = axes.stream().mapToLong(Long::longValue).toArray();
      boolean keep = added == 0;
      sum = b.add(ReduceSum.OP, Attrs.of("keepDims", keep), value, b.constant(Tensor.vector(list)));
    }
    return Reshape.to(sum, to, b);
  }

  private static Shape shape(Operands in) {
    Sizes.requireIntegers(in, 1);
    if (in.longs(1).isEmpty()) {
      return Sizes.ofLength(in, 1);
    }
    Shape to = Shape.of(in.longs(1).get());
    Shape from = in.shape(0);
    boolean good = !from.isRanked() || to.rank() <= from.rank();
    for (int i = 1; good && from.isRanked() && i <= to.rank(); i++) {
      good = to.size(-i) == 1 || from.size(-i) < 0 || to.size(-i) == from.size(-i);
    }
    in.require(good, "a value of shape %s does not stretch to %s", to, from);
    return to;
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Shape to = Shape.of(in.longs(1));
    boolean real = x.dtype().isFloat();
    double[] sum = new double[real ? Sizes.toInt(to.elements()) : 0];
    long[] whole = new long[real ? 0 : Sizes.toInt(to.elements())];
    Indexer at = new Indexer(x.shape(), Broadcast.strides(to, x.shape()));
    for (long i = 0; i < x.elements(); i++, at.step()) {
      int target = (int) at.offset(0);
      if (real) {
        sum[target] += x.getDouble(i);
      } else {
        whole[target] += x.getLong(i);
      }
    }
    return real ? Tensor.rounded(x.dtype(), to, sum) : Tensor.whole(x.dtype(), to, whole);
  }

  private SumTo() {}
}
