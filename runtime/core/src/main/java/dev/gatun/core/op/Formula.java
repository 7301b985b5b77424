package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * Writes formulas into a graph: what {@link Losses} and decompositions are made of. Numbers take
 * the type of the value beside them.
 */
record Formula(GraphBuilder b) {
  Value number(Value like, double value) {
    return b.constant(Tensor.scalar(like.tensorType().dtype(), value));
  }

  Value add(Value x, Value y) {
    return b.add(Add.OP, x, y);
  }

  Value add(Value x, double y) {
    return add(x, number(x, y));
  }

  Value sub(Value x, Value y) {
    return b.add(Sub.OP, x, y);
  }

  /** x - y. */
  Value sub(double x, Value y) {
    return sub(number(y, x), y);
  }

  Value mul(Value x, Value y) {
    return b.add(Mul.OP, x, y);
  }

  Value mul(Value x, double y) {
    return mul(x, number(x, y));
  }

  Value div(Value x, Value y) {
    return b.add(Div.OP, x, y);
  }

  Value neg(Value x) {
    return b.add(Neg.OP, x);
  }

  Value abs(Value x) {
    return b.add(Abs.OP, x);
  }

  Value square(Value x) {
    return mul(x, x);
  }

  Value sqrt(Value x) {
    return b.add(Sqrt.OP, x);
  }

  Value exp(Value x) {
    return b.add(Exp.OP, x);
  }

  Value log(Value x) {
    return b.add(Log.OP, x);
  }

  Value sigmoid(Value x) {
    return b.add(Sigmoid.OP, x);
  }

  Value softplus(Value x) {
    return b.add(Softplus.OP, x);
  }

  Value pow(Value x, double y) {
    return b.add(Pow.OP, x, number(x, y));
  }

  Value max(Value x, double y) {
    return b.add(Max.OP, x, number(x, y));
  }

  Value min(Value x, Value y) {
    return b.add(Min.OP, x, y);
  }

  Value less(Value x, double y) {
    return b.add(Less.OP, x, number(x, y));
  }

  Value equal(Value x, double y) {
    return b.add(Equal.OP, x, number(x, y));
  }

  Value where(Value condition, Value x, Value y) {
    return b.add(Where.OP, condition, x, y);
  }

  Value cast(Value x, DType type) {
    return x.tensorType().dtype() == type ? x : b.add(Cast.OP, Attrs.of("to", type), x);
  }

  Value tanh(Value x) {
    return b.add(Tanh.OP, x);
  }

  Value longs(long... values) {
    return b.constant(Tensor.vector(values));
  }

  /** The same elements in another shape. */
  Value reshape(Value x, long... sizes) {
    return b.add(Reshape.OP, Attrs.of("allowZero", true), x, longs(sizes));
  }

  Value transpose(Value x, long... perm) {
    return b.add(Transpose.OP, Attrs.of("perm", perm), x);
  }

  /** Elements [start, end) of an axis, every {@code step}-th. */
  Value slice(Value x, long axis, long start, long end, long step) {
    return b.add(Slice.OP, x, longs(start), longs(end), longs(axis), longs(step));
  }

  /** Zeros before and after an axis; negative numbers take away. */
  Value padAxis(Value x, long axis, long before, long after) {
    return before == 0 && after == 0
        ? x
        : b.add(Pad.OP, x, longs(before, after), Value.ABSENT, longs(axis));
  }

  /** A matrix [to, from] times every line along an axis of {@code from} elements. */
  Value alongAxis(Value x, int axis, int to, int from, double[] matrix) {
    DType dtype = x.tensorType().dtype();
    Value weights = b.constant(Tensor.rounded(dtype, Shape.of(to, from), matrix));
    int rank = x.tensorType().shape().rank();
    if (axis == rank - 1) {
      return b.add(Matmul.OP, Attrs.of("transposeB", true), x, weights);
    }
    long[] sizes = x.tensorType().shape().sizes();
    long outer = 1;
    long inner = 1;
    for (int i = 0; i < rank; i++) {
      outer *= i < axis ? sizes[i] : 1;
      inner *= i > axis ? sizes[i] : 1;
    }
    sizes[axis] = to;
    return reshape(b.add(Matmul.OP, weights, reshape(x, outer, from, inner)), sizes);
  }

  Value concat(long axis, Value... parts) {
    return parts.length == 1 ? parts[0] : b.add(Concat.OP, Attrs.of("axis", axis), parts);
  }

  Value unsqueeze(Value x, long... axes) {
    return axes.length == 0 ? x : b.add(Unsqueeze.OP, x, longs(axes));
  }

  Value rows(Value table, Value ids) {
    return b.add(Gather.OP, Attrs.of("axis", 0), table, ids);
  }

  /** The mean over some axes, which stay as 1. */
  Value keptMean(Value x, long... axes) {
    return b.add(ReduceMean.OP, x, longs(axes));
  }

  /** The sum over some axes, which stay as 1. */
  Value keptSum(Value x, long... axes) {
    return b.add(ReduceSum.OP, x, longs(axes));
  }

  /**
   * Numbers [C], one a channel, in the type of an image of a rank and shaped to be combined with
   * it.
   */
  Value perChannel(Value parameter, Value x, boolean last) {
    int rank = x.tensorType().shape().rank();
    long[] axes = new long[last ? 0 : Math.max(rank - 2, 0)];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i + 1L;
    }
    return unsqueeze(cast(parameter, x.tensorType().dtype()), axes);
  }

  Value logSoftmax(Value x, int axis) {
    return b.add(LogSoftmax.OP, Attrs.of("axis", axis), x);
  }

  /** The sum over some axes, which vanish. */
  Value sum(Value x, long... axes) {
    return b.add(ReduceSum.OP, Attrs.of("keepDims", false), x, b.constant(Tensor.vector(axes)));
  }

  /** The sum of all elements. */
  Value total(Value x) {
    return b.add(ReduceSum.OP, Attrs.of("keepDims", false), x);
  }

  /** The mean of all elements. */
  Value mean(Value x) {
    return b.add(ReduceMean.OP, Attrs.of("keepDims", false), x);
  }

  /** The losses of a batch as one number. */
  Value reduce(Value losses, LossReduction reduction) {
    return switch (reduction) {
      case NONE -> losses;
      case SUM -> total(losses);
      case MEAN -> mean(losses);
      case BATCH_MEAN -> {
        int rank = losses.tensorType().shape().rank();
        long[] axes = new long[Math.max(rank - 1, 0)];
        for (int i = 0; i < axes.length; i++) {
          axes[i] = i + 1L;
        }
        yield mean(axes.length == 0 ? losses : sum(losses, axes));
      }
    };
  }
}
