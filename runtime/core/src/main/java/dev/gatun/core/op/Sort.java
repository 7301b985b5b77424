package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * sort(x) = the elements along {@code axis} in ascending order, or {@code descending}, and their
 * indices as int64.
 *
 * <p>Equal elements keep their order; NaN counts as the largest.
 */
public final class Sort {
  public static final OpDef OP =
      OpDef.named("sort")
          .attr("axis", -1)
          .attr("descending", false)
          .types(
              in -> {
                if (in.shape(0).isRanked()) {
                  Axes.one(in, in.attrs().integer("axis"), in.shape(0).rank());
                }
                return List.of(in.tensor(0), Type.tensor(DType.I64, in.shape(0)));
              })
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                int axis = Axes.at(in.attrs().integer("axis"), x.shape().rank());
                return TopK.take(x, axis, x.shape(), in.attrs().flag("descending"));
              })
          .gradient(g -> List.of(Order.gradient(g)))
          .define();

  private Sort() {}
}
