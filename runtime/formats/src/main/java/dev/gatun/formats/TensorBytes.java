package dev.gatun.formats;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;

/** Arithmetic with sizes that a file claims. */
final class TensorBytes {
  /** Number of elements; an error when a size is negative or the product is no sane number. */
  static long elements(String where, long[] sizes) {
    long elements = 1;
    boolean empty = false;
    for (long size : sizes) {
      if (size < 0) {
        throw new FormatException(where + ": negative dimension " + size);
      }
      empty |= size == 0;
      if (size > 0 && elements > Long.MAX_VALUE / 16 / size) {
        throw new FormatException(where + ": no tensor is this large");
      }
      elements *= Math.max(size, 1);
    }
    return empty ? 0 : elements;
  }

  /** The same tensor with its elements in row-major order, given column-major (Fortran) order. */
  static Tensor fromColumnMajor(Tensor data, long[] sizes) {
    Shape shape = Shape.of(sizes);
    TensorBuilder out = new TensorBuilder(data.dtype(), shape);
    long[] strides = new long[sizes.length];
    long step = 1;
    for (int axis = 0; axis < sizes.length; axis++) {
      strides[axis] = step;
      step *= sizes[axis];
    }
    long count = shape.elements();
    long[] at = new long[sizes.length];
    long from = 0;
    for (long i = 0; i < count; i++) {
      out.copy(i, data, from);
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        from += strides[axis];
        if (++at[axis] < sizes[axis]) {
          break;
        }
        from -= strides[axis] * sizes[axis];
        at[axis] = 0;
      }
    }
    return out.build();
  }

  private TensorBytes() {}
}
