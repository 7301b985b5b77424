package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Shapes and sizes of values whose type is known, though their elements are not. */
final class ShapeFolding {
  /** The value of shapeOf or sizeOf where the input's type tells it. */
  static Optional<Datum> fold(OpDef op, Attrs attrs, List<Value> args) {
    if (args.isEmpty() || !(args.get(0).type() instanceof Type.OfTensor tensor)) {
      return Optional.empty();
    }
    Shape shape = tensor.shape();
    if (op.name().equals("sizeOf") && shape.isFixed()) {
      return Optional.of(Tensor.scalar(shape.elements()));
    }
    if (!op.name().equals("shapeOf") || !shape.isRanked()) {
      return Optional.empty();
    }
    int rank = shape.rank();
    int start = bound(attrs.has("start") ? attrs.integer("start") : 0, rank);
    int end = bound(attrs.has("end") ? attrs.integer("end") : rank, rank);
    long[] part = Arrays.copyOfRange(shape.sizes(), start, Math.max(start, end));
    for (long size : part) {
      if (size < 0) {
        return Optional.empty();
      }
    }
    return Optional.of(Tensor.vector(part));
  }

  private static int bound(long index, int rank) {
    return Math.clamp(index < 0 ? index + rank : index, 0, rank);
  }

  private ShapeFolding() {}
}
