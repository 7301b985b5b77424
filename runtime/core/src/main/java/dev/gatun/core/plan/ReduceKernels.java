package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.GlobalAveragePool;
import dev.gatun.core.op.GlobalMaxPool;
import dev.gatun.core.op.ReduceL1;
import dev.gatun.core.op.ReduceL2;
import dev.gatun.core.op.ReduceLogSum;
import dev.gatun.core.op.ReduceLogSumExp;
import dev.gatun.core.op.ReduceMax;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.ReduceMin;
import dev.gatun.core.op.ReduceProd;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.ReduceSumSquare;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.ReduceInnerF32;
import dev.gatun.kernels.ReduceKind;
import dev.gatun.kernels.ReduceRowsF32;
import java.util.Map;
import java.util.Optional;

/** Reductions in float32 over axes that lie beside each other, and global pools. */
final class ReduceKernels implements Candidate {
  private static final Map<OpDef, ReduceKind> KINDS =
      Map.ofEntries(
          Map.entry(ReduceSum.OP, ReduceKind.SUM),
          Map.entry(ReduceMean.OP, ReduceKind.MEAN),
          Map.entry(ReduceMax.OP, ReduceKind.MAX),
          Map.entry(ReduceMin.OP, ReduceKind.MIN),
          Map.entry(ReduceProd.OP, ReduceKind.PROD),
          Map.entry(ReduceSumSquare.OP, ReduceKind.SUM_SQUARES),
          Map.entry(ReduceL1.OP, ReduceKind.SUM_ABS),
          Map.entry(ReduceL2.OP, ReduceKind.L2),
          Map.entry(ReduceLogSum.OP, ReduceKind.LOG_SUM),
          Map.entry(ReduceLogSumExp.OP, ReduceKind.LOG_SUM_EXP),
          Map.entry(GlobalAveragePool.OP, ReduceKind.MEAN),
          Map.entry(GlobalMaxPool.OP, ReduceKind.MAX));

  @Override
  public String name() {
    return "reduce/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    ReduceKind kind = KINDS.get(node.op());
    if (kind == null) {
      return new Lowering.Refused("");
    }
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(0).tensorType().dtype());
    }
    Shape shape = node.input(0).tensorType().shape();
    Optional<boolean[]> mask = mask(node, shape);
    if (mask.isEmpty()) {
      return new Lowering.Refused("the axes are not constants");
    }
    int first = -1;
    int last = -1;
    for (int i = 0; i < shape.rank(); i++) {
      // An axis of one element is reduced or not as it suits the others.
      if (mask.get()[i] && shape.size(i) != 1) {
        first = first < 0 ? i : first;
        last = i;
      }
    }
    for (int i = Math.max(first, 0); i <= last; i++) {
      if (!mask.get()[i] && shape.size(i) != 1) {
        return new Lowering.Refused("the reduced axes do not lie beside each other");
      }
    }
    RowKernels.View view =
        first < 0
            ? new RowKernels.View(shape.elements(), 1, 1)
            : RowKernels.View.of(shape, first, last);
    if (view.axis() > Integer.MAX_VALUE || view.inner() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 elements along the axis");
    }
    int output = node.inputs().size();
    String note = kind + " [" + view.outer() + ", " + view.axis() + ", " + view.inner() + "]";
    if (view.inner() == 1) {
      long length = view.axis();
      RangeKernel.Body body =
          (b, from, to) -> ReduceRowsF32.run(kind, b[0], 4 * length, b[output], from, to, length);
      return Lowering.Kernels.of(new RangeKernel(view.outer(), length, target.threads(), body))
          .noted(note);
    }
    int axis = (int) view.axis();
    int inner = (int) view.inner();
    RangeKernel.Body body =
        (b, from, to) ->
            ReduceInnerF32.run(
                kind, b[0], b[output], 4L * axis * inner, 4L * inner, from, to, axis, inner);
    long columns = ReduceInnerF32.columns(view.outer(), inner);
    return Lowering.Kernels.of(new RangeKernel(columns, 64L * axis, target.threads(), body))
        .noted(note);
  }

  private static Optional<boolean[]> mask(Node node, Shape shape) {
    boolean[] mask = new boolean[shape.rank()];
    if (node.op() == GlobalAveragePool.OP || node.op() == GlobalMaxPool.OP) {
      boolean channelsLast = node.attrs().text("layout").equals("NHWC");
      for (int i = 1; i < mask.length; i++) {
        mask[i] = i != (channelsLast ? mask.length - 1 : 1);
      }
      return Optional.of(mask);
    }
    long[] axes = new long[0];
    if (node.has(1)) {
      Optional<Tensor> constant = node.input(1).constant();
      if (constant.isEmpty()) {
        return Optional.empty();
      }
      axes = constant.get().toLongs();
    }
    if (axes.length == 0 && !node.attrs().flag("noopWithEmptyAxes")) {
      java.util.Arrays.fill(mask, true);
    }
    for (long axis : shape.rank() == 0 ? new long[0] : axes) {
      mask[shape.axis(node.op().name(), axis)] = true;
    }
    return Optional.of(mask);
  }
}
