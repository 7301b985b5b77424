package dev.gatun.train.metric;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The elements of a tensor as a metric reads them, with errors that name the metric. */
final class Cells {
  /** The largest class a metric counts; a label beyond it is damage, not a class. */
  private static final long MAX_CLASS = 1 << 24;

  private final String metric;
  private final String role;
  private final Tensor tensor;
  private final @Nullable MemorySegment floats;

  private Cells(String metric, String role, Tensor tensor) {
    this.metric = metric;
    this.role = role;
    this.tensor = tensor;
    this.floats = tensor.dtype() == DType.F32 ? tensor.data() : null;
    if (tensor.dtype() == DType.STRING) {
      throw new GatunException(
          "metric '" + metric + "': " + role + " are strings; numbers were expected");
    }
  }

  static Cells predictions(String metric, Tensor tensor) {
    return new Cells(metric, "predictions", tensor);
  }

  static Cells targets(String metric, Tensor tensor) {
    return new Cells(metric, "targets", tensor);
  }

  /** Checked weights, or null for all 1. */
  static @Nullable Cells weights(String metric, @Nullable Tensor tensor, long count) {
    if (tensor == null) {
      return null;
    }
    if (tensor.elements() != count) {
      throw new ShapeException(
          "metric '"
              + metric
              + "': weights "
              + tensor.shape()
              + " do not fit "
              + count
              + " decisions; give one weight for each");
    }
    Cells cells = new Cells(metric, "weights", tensor);
    for (long i = 0; i < count; i++) {
      double weight = cells.number(i);
      if (weight < 0 || Double.isInfinite(weight)) {
        throw cells.bad(i, String.valueOf(weight), "weights must be finite and 0 or more");
      }
    }
    return cells;
  }

  static double weight(@Nullable Cells weights, long i) {
    return weights == null ? 1 : weights.number(i);
  }

  Tensor tensor() {
    return tensor;
  }

  long count() {
    return tensor.elements();
  }

  /** Element {@code i}; NaN is an error. */
  double number(long i) {
    double value =
        floats == null ? tensor.getDouble(i) : floats.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i);
    if (Double.isNaN(value)) {
      throw bad(i, "NaN", "check the network's output and the data for values that are not finite");
    }
    return value;
  }

  /** Element {@code i} as a class number. */
  int label(long i) {
    long label = whole(i);
    if (label < 0 || label > MAX_CLASS) {
      throw bad(i, String.valueOf(label), "classes are numbered from 0");
    }
    return (int) label;
  }

  /** Element {@code i}, which must be a whole number. */
  long whole(long i) {
    if (!tensor.dtype().isFloat()) {
      return tensor.getLong(i);
    }
    double value = number(i);
    if (value != Math.rint(value)) {
      throw bad(i, String.valueOf(value), "classes are whole numbers");
    }
    return (long) value;
  }

  /** An error about one element. */
  GatunException bad(long i, String found, String advice) {
    return new GatunException(
        "metric '"
            + metric
            + "': "
            + role
            + " "
            + tensor.shape()
            + " hold "
            + found
            + " at "
            + Arrays.toString(position(i, tensor.shape()))
            + "; "
            + advice);
  }

  private static long[] position(long i, Shape shape) {
    long[] at = new long[shape.rank()];
    long left = i;
    for (int axis = at.length - 1; axis >= 0; axis--) {
      at[axis] = left % shape.size(axis);
      left /= shape.size(axis);
    }
    return at;
  }

  /** Fails unless predictions and targets have as many elements, but for axes of size 1. */
  static void sameShape(String metric, Tensor predictions, Tensor targets) {
    if (!Arrays.equals(significant(predictions), significant(targets))) {
      throw new ShapeException(
          "metric '"
              + metric
              + "': predictions "
              + predictions.shape()
              + " and targets "
              + targets.shape()
              + " must have the same shape");
    }
  }

  private static long[] significant(Tensor tensor) {
    return Arrays.stream(tensor.shape().sizes()).filter(size -> size != 1).toArray();
  }
}
