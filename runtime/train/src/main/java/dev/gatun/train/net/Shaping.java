package dev.gatun.train.net;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.LogSoftmax;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.ReduceLogSumExp;
import dev.gatun.core.op.ReduceMax;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.ReduceMin;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.ReduceSumSquare;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.ShapeOf;
import dev.gatun.core.op.Slice;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.op.Split;
import dev.gatun.core.op.Squeeze;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Operators of a {@link Flow} that reduce, multiply matrices or move elements. */
interface Shaping {
  /** The value itself. */
  Flow self();

  /** The sum over some axes, which vanish; over all without any. */
  default Flow sum(long... axes) {
    return reduce(ReduceSum.OP, false, axes);
  }

  /** The sum of squares of all elements. */
  default Flow sumOfSquares() {
    return reduce(ReduceSumSquare.OP, false);
  }

  /** The sum over some axes, which stay as 1. */
  default Flow sumKept(long... axes) {
    return reduce(ReduceSum.OP, true, axes);
  }

  /** The mean over some axes, which vanish; over all without any. */
  default Flow mean(long... axes) {
    return reduce(ReduceMean.OP, false, axes);
  }

  /** The mean over some axes, which stay as 1. */
  default Flow meanKept(long... axes) {
    return reduce(ReduceMean.OP, true, axes);
  }

  /** The largest over some axes, which vanish; over all without any. */
  default Flow largest(long... axes) {
    return reduce(ReduceMax.OP, false, axes);
  }

  /** The smallest over some axes, which vanish; over all without any. */
  default Flow smallest(long... axes) {
    return reduce(ReduceMin.OP, false, axes);
  }

  /** log(sum(exp(x))) over some axes, which vanish. */
  default Flow logSumExp(long... axes) {
    return reduce(ReduceLogSumExp.OP, false, axes);
  }

  private Flow reduce(OpDef op, boolean keep, long... axes) {
    Attrs attrs = Attrs.of("keepDims", keep);
    return axes.length == 0
        ? self().op(op, attrs)
        : self().op(op, attrs, self().constant(Tensor.vector(axes)));
  }

  /** exp(x) / sum(exp(x)) along an axis, for any x. */
  default Flow softmax(int axis) {
    return self().op(Softmax.OP, Attrs.of("axis", axis));
  }

  /** The logarithm of {@link #softmax}, exact where that is 0. */
  default Flow logSoftmax(int axis) {
    return self().op(LogSoftmax.OP, Attrs.of("axis", axis));
  }

  /** The matrix product x y over the last two axes. */
  default Flow matmul(Flow y) {
    return self().op(Matmul.OP, Attrs.NONE, y);
  }

  /** The matrix product of x and the transposed y. */
  default Flow matmulTransposed(Flow y) {
    return self().op(Matmul.OP, Attrs.of("transposeB", true), y);
  }

  /** The same elements in another shape; one size may be -1, and 0 keeps the size of that axis. */
  default Flow reshape(long... sizes) {
    return self().op(Reshape.OP, Attrs.NONE, self().constant(Tensor.vector(sizes)));
  }

  /** Axis i of the result is axis order[i]. */
  default Flow transpose(long... order) {
    return self().op(Transpose.OP, Attrs.of("perm", order));
  }

  /** New axes of size 1 at these places of the result. */
  default Flow unsqueeze(long... axes) {
    return self().op(Unsqueeze.OP, Attrs.NONE, self().constant(Tensor.vector(axes)));
  }

  /** Without these axes, which must be of size 1. */
  default Flow squeeze(long... axes) {
    return self().op(Squeeze.OP, Attrs.NONE, self().constant(Tensor.vector(axes)));
  }

  /** Elements [start, end) of an axis, counted from the end when negative. */
  default Flow slice(int axis, long start, long end) {
    Flow x = self();
    return x.op(
        Slice.OP,
        Attrs.NONE,
        x.constant(Tensor.vector(start)),
        x.constant(Tensor.vector(end)),
        x.constant(Tensor.vector(axis)));
  }

  /** Element {@code index} of an axis, which vanishes. */
  default Flow select(int axis, long index) {
    return slice(axis, index, index == -1 ? Long.MAX_VALUE : index + 1).squeeze(axis);
  }

  /** As many equal parts of an axis. */
  default List<Flow> split(int axis, int parts) {
    Flow x = self();
    Attrs attrs = Attrs.of("axis", axis, "parts", parts);
    List<Flow> result = new ArrayList<>();
    for (var value : x.graph().add(Split.OP, attrs, List.of(x.value()), parts, "")) {
      result.add(x.with(value));
    }
    return result;
  }

  /** x's slices at {@code ids} along an axis. */
  default Flow gather(int axis, Flow ids) {
    return self().op(Gather.OP, Attrs.of("axis", axis), ids);
  }

  /** The sizes as a vector of int64. */
  default Flow sizes() {
    return self().op(ShapeOf.OP, Attrs.NONE);
  }

  /** Repeated to the shape of another value, as broadcasting does. */
  default Flow expandAs(Flow like) {
    return self().op(Expand.OP, Attrs.NONE, like.sizes());
  }

  /** The value, through which no gradient flows. */
  default Flow stop() {
    return self().with(Gradients.stop(self().graph(), self().value()));
  }

  /** The value of {@code y} whose gradient goes to this one as it is. */
  default Flow straightThrough(Flow y) {
    return self().with(Gradients.straightThrough(self().graph(), self().value(), y.value()));
  }
}
