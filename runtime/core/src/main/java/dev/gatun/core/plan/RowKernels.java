package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.LayerNormGradient;
import dev.gatun.core.op.LogSoftmax;
import dev.gatun.core.op.RmsNorm;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.LayerNormF32;
import dev.gatun.kernels.LayerNormGradientF32;
import dev.gatun.kernels.LogSoftmaxF32;
import dev.gatun.kernels.RmsNormF32;
import dev.gatun.kernels.SoftmaxF32;
import dev.gatun.kernels.SoftmaxInnerF32;
import java.util.ArrayList;
import java.util.List;

/** Softmax, log-softmax along any axis, layer norm, its gradient and RMS norm, in float32. */
final class RowKernels implements Candidate {
  /** What an element costs compared with a copied one: an exponential and three passes. */
  private static final int SOFTMAX_COST = 4;

  @Override
  public String name() {
    return "rowwise/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    boolean softmax = node.op() == Softmax.OP || node.op() == LogSoftmax.OP;
    if (node.op() == RmsNorm.OP && accepts(node)) {
      return rmsNorm(node, target);
    }
    if (node.op() == LayerNormGradient.OP && accepts(node)) {
      return layerNormGradient(node, target);
    }
    if (!softmax && node.op() != LayerNorm.OP) {
      return new Lowering.Refused("");
    }
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(0).tensorType().dtype());
    }
    Shape shape = node.input(0).tensorType().shape();
    if (shape.rank() == 0) {
      return new Lowering.Refused("a single number has no rows");
    }
    return softmax ? softmax(node, shape, target) : layerNorm(node, shape, target);
  }

  /** Whether an RMS norm or the gradient of a layer norm need not be taken apart. */
  static boolean accepts(Node node) {
    boolean gradient = node.op() == LayerNormGradient.OP;
    if (!gradient && node.op() != RmsNorm.OP) {
      return false;
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      if (node.has(i)
          && !(node.input(i).type() instanceof Type.OfTensor type
              && type.isFixed()
              && type.dtype() == DType.F32)) {
        return false;
      }
    }
    Shape shape = node.input(0).tensorType().shape();
    int axis = shape.axis(node.op().name(), node.attrs().integer("axis"));
    long length = rowLength(shape, axis);
    if (length <= 0 || length > Integer.MAX_VALUE) {
      return false;
    }
    if (!gradient) {
      return !node.has(1) || isRow(node.input(1), shape, axis);
    }
    long rows = shape.elements() / length;
    return node.has(4)
        && isRow(node.input(4), shape, axis)
        && rows > 0
        && node.input(1).tensorType().shape().equals(shape)
        && node.input(2).tensorType().shape().elements() == rows
        && node.input(3).tensorType().shape().elements() == rows;
  }

  private static Lowering rmsNorm(Node node, Target target) {
    Shape shape = node.input(0).tensorType().shape();
    int count = (int) rowLength(shape, shape.axis("rmsNorm", node.attrs().integer("axis")));
    long rowBytes = 4L * count;
    long rows = shape.elements() / count;
    boolean scale = node.has(1);
    int output = node.inputs().size();
    float epsilon = (float) node.attrs().real("epsilon");
    RangeKernel.Body body =
        (b, first, last) ->
            RmsNormF32.run(
                b[0], rowBytes, scale ? b[1] : 0, b[output], rowBytes, first, last, count, epsilon);
    return Lowering.Kernels.of(new RangeKernel(rows, 2L * count, target.threads(), body))
        .reusing(0)
        .noted(rows + " rows of " + count);
  }

  private static long rowLength(Shape shape, int axis) {
    long length = 1;
    for (int i = axis; i < shape.rank(); i++) {
      length *= shape.size(i);
    }
    return length;
  }

  private static Lowering softmax(Node node, Shape shape, Target target) {
    View view = View.of(shape, shape.axis(node.op().name(), node.attrs().integer("axis")));
    if (view.axis > Integer.MAX_VALUE || view.inner > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 elements along the axis");
    }
    boolean log = node.op() == LogSoftmax.OP;
    int length = (int) view.axis;
    long rowBytes = 4 * view.axis;
    if (view.inner == 1) {
      RangeKernel.Body body =
          log
              ? (b, first, last) ->
                  LogSoftmaxF32.run(b[0], rowBytes, b[1], rowBytes, first, last, length, 1)
              : (b, first, last) ->
                  SoftmaxF32.run(b[0], rowBytes, b[1], rowBytes, first, last, length, 1);
      return Lowering.Kernels.of(
              new RangeKernel(view.outer, SOFTMAX_COST * view.axis, target.threads(), body))
          .reusing(0)
          .noted(view.outer + " rows of " + length);
    }
    int inner = (int) view.inner;
    long axisBytes = 4 * view.inner;
    long outerBytes = axisBytes * view.axis;
    RangeKernel.Body body =
        (b, first, last) ->
            SoftmaxInnerF32.run(
                b[0], b[1], outerBytes, axisBytes, first, last, length, inner, 1, log);
    long columns = SoftmaxInnerF32.columns(view.outer, inner);
    return Lowering.Kernels.of(
            new RangeKernel(columns, 16L * SOFTMAX_COST * view.axis, target.threads(), body))
        .reusing(0)
        .noted("[" + view.outer + ", " + length + ", " + inner + "]");
  }

  private static Lowering layerNorm(Node node, Shape shape, Target target) {
    int axis = shape.axis("layerNorm", node.attrs().integer("axis"));
    long length = rowLength(shape, axis);
    if (length > Integer.MAX_VALUE || length == 0) {
      return new Lowering.Refused("rows of " + length + " elements");
    }
    for (int i = 1; i < node.inputs().size(); i++) {
      if (node.has(i) && !isRow(node.input(i), shape, axis)) {
        return new Lowering.Refused("input " + i + " is not one value a row element");
      }
    }
    if (node.has(2) && !node.has(1)) {
      return new Lowering.Refused("a bias without a scale");
    }
    int count = (int) length;
    long rowBytes = 4 * length;
    int inputs = node.inputs().size();
    boolean scale = node.has(1);
    boolean bias = node.has(2);
    int outputs = node.outputs().size();
    float epsilon = (float) node.attrs().real("epsilon");
    RangeKernel.Body body =
        (b, first, last) ->
            LayerNormF32.run(
                b[0],
                rowBytes,
                scale ? b[1] : 0,
                bias ? b[2] : 0,
                b[inputs],
                rowBytes,
                outputs > 1 ? b[inputs + 1] : 0,
                outputs > 2 ? b[inputs + 2] : 0,
                first,
                last,
                count,
                epsilon);
    long rows = shape.elements() / length;
    return Lowering.Kernels.of(new RangeKernel(rows, 2 * length, target.threads(), body))
        .reusing(0)
        .noted(rows + " rows of " + count);
  }

  private static Lowering layerNormGradient(Node node, Target target) {
    Shape shape = node.input(0).tensorType().shape();
    int length = (int) rowLength(shape, shape.axis("layerNorm", node.attrs().integer("axis")));
    long rows = shape.elements() / length;
    LayerNormGradientF32 plan = new LayerNormGradientF32(rows, length);
    int dx = node.inputs().size();
    int scratch = dx + node.outputs().size();
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(
        new TaskKernel(
            plan.parts(),
            (b, part) -> plan.run(b[0], b[1], b[2], b[3], b[4], b[dx], b[scratch], part)));
    if (node.outputs().size() > 1) {
      RangeKernel.Body combine =
          (b, first, last) -> plan.combine(b[scratch], b[dx + 1], first, last);
      kernels.add(new RangeKernel(length, plan.parts(), target.threads(), combine));
    }
    return new Lowering.Kernels(
        kernels,
        plan.scratchBytes(),
        List.of(List.of(0, 1)),
        List.of(),
        rows + " rows of " + length);
  }

  /** A parameter that has exactly the sizes of the normalized axes. */
  static boolean isRow(Value value, Shape shape, int axis) {
    Shape given = value.tensorType().shape();
    if (value.tensorType().dtype() != DType.F32) {
      return false;
    }
    for (int i = 1; i <= Math.max(given.rank(), shape.rank() - axis); i++) {
      long size = i <= given.rank() ? given.size(-i) : 1;
      long wanted = i <= shape.rank() - axis ? shape.size(-i) : 1;
      if (size != wanted) {
        return false;
      }
    }
    return true;
  }

  /** A tensor as [outer, axis, inner]. */
  record View(long outer, long axis, long inner) {
    static View of(Shape shape, int axis) {
      return of(shape, axis, axis);
    }

    /** The axes from {@code first} to {@code last} as one. */
    static View of(Shape shape, int first, int last) {
      long outer = 1;
      long middle = 1;
      long inner = 1;
      for (int i = 0; i < shape.rank(); i++) {
        long size = shape.size(i);
        if (i < first) {
          outer *= size;
        } else if (i <= last) {
          middle *= size;
        } else {
          inner *= size;
        }
      }
      return new View(outer, middle, inner);
    }
  }
}
