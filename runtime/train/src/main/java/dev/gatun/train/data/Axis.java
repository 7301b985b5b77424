package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Tells which column of a field an element belongs to; a rank of 0 is one column. */
final class Axis {
  /** A function for one column. */
  interface ByColumn {
    DoubleUnaryOperator of(int column);
  }

  private final String field;
  private final int axis;

  Axis(String field, int axis) {
    this.field = field;
    this.axis = axis;
  }

  int columns(Tensor value) {
    return value.shape().rank() == 0
        ? 1
        : Math.toIntExact(value.shape().size(value.shape().axis("field " + field, axis)));
  }

  /** Distance of elements that differ by one in the column. */
  private long inner(Tensor value) {
    long inner = 1;
    if (value.shape().rank() > 0) {
      for (int a = value.shape().axis("field " + field, axis) + 1; a < value.shape().rank(); a++) {
        inner *= value.shape().size(a);
      }
    }
    return inner;
  }

  /** The element's column. */
  int column(Tensor value, long element) {
    return (int) (element / inner(value) % columns(value));
  }

  /** Every element changed by the function of its column, as float32. */
  Tensor map(Tensor value, int columns, ByColumn functions) {
    if (columns(value) != columns) {
      throw new DataException(
          "field '"
              + field
              + "' is "
              + value.type()
              + ", but was fitted with "
              + columns
              + " columns along axis "
              + axis);
    }
    DoubleUnaryOperator[] all = new DoubleUnaryOperator[columns];
    Arrays.setAll(all, functions::of);
    double[] from = value.toDoubles();
    float[] to = new float[from.length];
    long inner = inner(value);
    for (int i = 0; i < to.length; i++) {
      to[i] = (float) all[(int) (i / inner % columns)].applyAsDouble(from[i]);
    }
    return Pixels.wrap(to, value.shape());
  }
}
