package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * shapeOf(x) = the sizes of x as int64, axes [start, end) of them, clamped, from the end when
 * negative.
 *
 * <p>Needs only the type of x: it folds when that is fixed.
 */
public final class ShapeOf {
  public static final OpDef OP =
      OpDef.named("shapeOf")
          .attr("start", 0)
          .attr("end")
          .types(in -> List.of(Type.tensor(DType.I64, length(in))))
          .reference(
              in -> {
                long[] sizes = in.tensor(0).shape().sizes();
                Slice.Part part = part(in.attrs(), sizes.length);
                int first = (int) part.first();
                return List.of(
                    Tensor.vector(Arrays.copyOfRange(sizes, first, first + (int) part.count())));
              })
          .define();

  private static Slice.Part part(dev.gatun.core.graph.Attrs attrs, int rank) {
    long end = attrs.has("end") ? attrs.integer("end") : rank;
    return Slice.Part.of(attrs.integer("start"), end, 1, rank);
  }

  private static long length(Operands in) {
    Shape x = in.shape(0);
    return x.isRanked() ? part(in.attrs(), x.rank()).count() : Shape.UNKNOWN;
  }

  private ShapeOf() {}
}
