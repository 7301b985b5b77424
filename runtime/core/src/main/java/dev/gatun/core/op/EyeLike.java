package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * eyeLike(x) = 1 on the diagonal {@code k} (above the main one when positive) and 0 elsewhere, in
 * the shape of the matrix x and of type {@code dtype}, by default that of x.
 */
public final class EyeLike {
  public static final OpDef OP =
      OpDef.named("eyeLike")
          .attr("dtype")
          .attr("k", 0)
          .types(
              in -> {
                Shape x = in.shape(0);
                in.require(!x.isRanked() || x.rank() == 2, "x must be a matrix");
                DType dtype = in.attrs().has("dtype") ? in.attrs().dtype("dtype") : in.dtype(0);
                return List.of(Type.tensor(dtype, x.isRanked() ? x : Axes.unknown(2)));
              })
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                long columns = y.shape().size(1);
                for (long row = 0; row < y.shape().size(0); row++) {
                  long column = row + in.attrs().integer("k");
                  if (column >= 0 && column < columns) {
                    y.set(row * columns + column, 1L);
                  }
                }
                return List.of(y.build());
              })
          .flat()
          .define();

  private EyeLike() {}
}
