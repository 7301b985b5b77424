package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
          .reference(in -> List.of(value(in.attrs(), in.tensor(0).shape())))
          .knownValue(
              in ->
                  in.type(0).isFixed()
                      ? Optional.of(value(in.attrs(), in.shape(0)))
                      : Optional.empty())
          .define();

  /** The sizes of a value, as a constant if they are known. */
  static Value value(GraphBuilder b, Value x) {
    return x.type().isFixed()
        ? b.constant(Tensor.vector(x.tensorType().shape().sizes()))
        : b.add(OP, x);
  }

  private static Tensor value(Attrs attrs, Shape shape) {
    long[] sizes = shape.sizes();
    Slice.Part part = part(attrs, sizes.length);
    int first = (int) part.first();
    return Tensor.vector(Arrays.copyOfRange(sizes, first, first + (int) part.count()));
  }

  private static Slice.Part part(Attrs attrs, int rank) {
    long end = attrs.has("end") ? attrs.integer("end") : rank;
    return Slice.Part.of(attrs.integer("start"), end, 1, rank);
  }

  private static long length(Operands in) {
    Shape x = in.shape(0);
    return x.isRanked() ? part(in.attrs(), x.rank()).count() : Shape.UNKNOWN;
  }

  private ShapeOf() {}
}
