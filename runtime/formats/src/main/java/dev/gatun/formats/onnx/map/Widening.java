package dev.gatun.formats.onnx.map;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Type;

/** The narrowest type that two types have in common. */
final class Widening {
  /** Sizes that differ become unknown, ranks that differ make the shape unranked. */
  static Type join(Type a, Type b) {
    if (a.equals(b)) {
      return a;
    }
    if (a instanceof Type.OfTensor x && b instanceof Type.OfTensor y && x.dtype() == y.dtype()) {
      return Type.tensor(x.dtype(), join(x.shape(), y.shape()));
    }
    if (a instanceof Type.OfSequence(Type x) && b instanceof Type.OfSequence(Type y)) {
      return new Type.OfSequence(join(x, y));
    }
    if (a instanceof Type.OfOptional(Type x) && b instanceof Type.OfOptional(Type y)) {
      return new Type.OfOptional(join(x, y));
    }
    throw new ShapeException("a value is " + a + " before a step and " + b + " after it");
  }

  private static Shape join(Shape a, Shape b) {
    if (!a.isRanked() || !b.isRanked() || a.rank() != b.rank()) {
      return Shape.UNRANKED;
    }
    long[] sizes = a.sizes();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = sizes[i] == b.size(i) ? sizes[i] : Shape.UNKNOWN;
    }
    return Shape.of(sizes);
  }

  private Widening() {}
}
