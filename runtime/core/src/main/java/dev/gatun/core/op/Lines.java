package dev.gatun.core.op;

import dev.gatun.core.tensor.Shape;

/**
 * The lines of a tensor along one axis: where each starts and how far apart its elements lie.
 *
 * @param size elements in a line
 * @param stride distance of neighbours in a line
 * @param count how many lines there are
 */
record Lines(int size, long stride, long count) {
  /** The lines of a fixed shape; a scalar is one line of one element. */
  static Lines along(Shape shape, int axis) {
    if (shape.rank() == 0) {
      return new Lines(1, 1, 1);
    }
    long inner = 1;
    long outer = 1;
    for (int i = 0; i < shape.rank(); i++) {
      if (i < axis) {
        outer *= shape.size(i);
      } else if (i > axis) {
        inner *= shape.size(i);
      }
    }
    return new Lines(Sizes.toInt(shape.size(axis)), inner, outer * inner);
  }

  /** Offset of the first element of line {@code i}. */
  long first(long i) {
    return i / stride * stride * size + i % stride;
  }
}
