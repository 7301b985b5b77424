package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * What argMax and argMin share: the index of the best element along {@code axis}, the first of
 * equals or with {@code selectLast} the last; the first NaN wins.
 */
final class ArgReduction {
  static OpDef define(String name, boolean largest) {
    return OpDef.named(name)
        .attr("axis", 0)
        .attr("keepDims", true)
        .attr("selectLast", false)
        .fusion(FusionClass.REDUCE)
        .types(in -> List.of(Type.tensor(DType.I64, shape(in))))
        .reference(in -> List.of(run(in, largest)))
        .define();
  }

  private static Shape shape(Operands in) {
    in.require(
        in.dtype(0).isNumber() || in.dtype(0) == DType.BOOL, "is not defined for %s", in.dtype(0));
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Shape.UNRANKED;
    }
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    if (x.rank() == 0) {
      return Shape.SCALAR;
    }
    in.require(x.size(axis) != 0, "axis %d is empty", axis);
    boolean[] mask = new boolean[x.rank()];
    mask[axis] = true;
    return Reduction.reduced(x, mask, in.attrs().flag("keepDims"));
  }

  private static Tensor run(Evaluation in, boolean largest) {
    Tensor x = in.tensor(0);
    boolean last = in.attrs().flag("selectLast");
    TensorBuilder y = in.builder(0);
    Lines lines = Lines.along(x.shape(), Axes.at(in.attrs().integer("axis"), x.shape().rank()));
    boolean real = x.dtype().isFloat();
    for (long line = 0; line < lines.count(); line++) {
      long first = lines.first(line);
      int best = 0;
      for (int i = 0; i < lines.size(); i++) {
        long at = first + i * lines.stride();
        if (real && Double.isNaN(x.getDouble(at))) {
          best = i;
          break;
        }
        int order = Order.compare(x, at, x, first + best * lines.stride());
        if (order != 0 ? order > 0 == largest : last) {
          best = i;
        }
      }
      y.set(line, (long) best);
    }
    return y.build();
  }

  private ArgReduction() {}
}
