package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * flatten(x) = x as a matrix: the axes before {@code axis} in the rows, the others in the columns.
 */
public final class Flatten {
  public static final OpDef OP =
      OpDef.named("flatten")
          .attr("axis", 1)
          .fusion(FusionClass.INJECTIVE)
          .types(
              in -> {
                Shape x = in.shape(0);
                if (!x.isRanked()) {
                  return List.of(Type.tensor(in.dtype(0), Axes.unknown(2)));
                }
                long axis = in.attrs().integer("axis");
                int rank = x.rank();
                in.require(
                    axis >= -rank && axis <= rank,
                    "axis %d must be in [%d, %d]",
                    axis,
                    -rank,
                    rank);
                int split = (int) (axis < 0 ? axis + rank : axis);
                return List.of(
                    Type.tensor(
                        in.dtype(0),
                        Sizes.product(in, x, 0, split),
                        Sizes.product(in, x, split, rank)));
              })
          .reference(in -> List.of(in.tensor(0).reshape(in.shape(0))))
          .gradient(g -> List.of(Reshape.like(g.b(), g.dy(), g.x(0))))
          .define();

  private Flatten() {}
}
