package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** What softmax, logSoftmax and hardmax share: they rewrite each line along one axis. */
final class Softmaxes {
  /** Rewrites elements {@code from, from + stride, ...} in place. */
  interface Line {
    void rewrite(double[] values, int from, int count, int stride);
  }

  /** The type of x; the axis must exist. */
  static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    if (in.shape(0).isRanked()) {
      in.shape(0).axis(in.op().name(), in.attrs().integer("axis"));
    }
    return List.of(in.tensor(0));
  }

  static List<Tensor> run(String op, Evaluation in, Line line) {
    Tensor src = in.tensor(0);
    double[] values = src.toDoubles();
    Shape shape = src.shape();
    if (shape.rank() == 0) {
      line.rewrite(values, 0, 1, 1);
    } else {
      int axis = shape.axis(op, in.attrs().integer("axis"));
      int count = Math.toIntExact(shape.size(axis));
      int stride = 1;
      for (int a = axis + 1; a < shape.rank(); a++) {
        stride *= (int) shape.size(a);
      }
      for (int block = 0; block < values.length; block += count * stride) {
        for (int i = 0; i < stride; i++) {
          line.rewrite(values, block + i, count, stride);
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), shape, values));
  }

  static double max(double[] x, int from, int count, int stride) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, x[from + i * stride]);
    }
    return max;
  }

  /** The sum of exp(x - max). */
  static double sumExp(double[] x, int from, int count, int stride, double max) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.exp(x[from + i * stride] - max);
    }
    return sum;
  }

  private Softmaxes() {}
}
