package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * compress(x, condition) = the slices along {@code axis}, or without it the elements of x in order,
 * for which the condition, a vector that may be shorter, holds.
 */
public final class Compress {
  public static final OpDef OP =
      OpDef.named("compress")
          .inputs(2)
          .attr("axis")
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .differentiateAs(Compress::build)
          .define();

  private static Shape shape(Operands in) {
    in.require(in.dtype(1) == DType.BOOL, "the condition must be boolean");
    Shape x = in.shape(0);
    if (!in.attrs().has("axis")) {
      return Axes.unknown(1);
    }
    if (!x.isRanked()) {
      return Shape.UNRANKED;
    }
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    in.require(x.rank() > 0, "a scalar has no axis");
    long[] sizes = x.sizes();
    sizes[axis] = Shape.UNKNOWN;
    return Shape.of(sizes);
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor condition = in.tensor(1);
    boolean flat = !in.attrs().has("axis");
    Tensor from = flat ? x.reshape(Shape.of(x.elements())) : x;
    int axis = flat ? 0 : Axes.at(in.attrs().integer("axis"), x.shape().rank());
    long size = from.shape().size(axis);
    if (condition.elements() > size) {
      throw in.error("%d conditions for an axis of size %d", condition.elements(), size);
    }
    List<Long> chosen = new ArrayList<>();
    for (long i = 0; i < condition.elements(); i++) {
      if (condition.getBoolean(i)) {
        chosen.add(i);
      }
    }
    long[] sizes = from.shape().sizes();
    sizes[axis] = chosen.size();
    TensorBuilder y = new TensorBuilder(x.dtype(), Shape.of(sizes));
    long[][] maps = MappedCopy.same(y.shape());
    for (int i = 0; i < chosen.size(); i++) {
      maps[axis][i] = chosen.get(i);
    }
    MappedCopy.into(y, from, maps);
    return y.build();
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    boolean flat = !in.attrs().has("axis");
    Value ids = f.reshape(b.add(NonZero.OP, in.value(1)), -1);
    long axis = flat ? 0 : in.attrs().integer("axis");
    Value x = flat ? f.reshape(in.value(0), -1) : in.value(0);
    return List.of(b.add(Gather.OP, Attrs.of("axis", axis), x, ids));
  }

  private Compress() {}
}
