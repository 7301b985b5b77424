package dev.gatun.core.plan;

import static dev.gatun.core.plan.Elements.dtype;
import static dev.gatun.core.plan.Elements.shape;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.ArgMax;
import dev.gatun.core.op.ArgMin;
import dev.gatun.core.op.CumProd;
import dev.gatun.core.op.CumSum;
import dev.gatun.core.op.Sort;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.ArgReduceElements;
import dev.gatun.kernels.ArgReduceF32;
import dev.gatun.kernels.Cumulative;
import dev.gatun.kernels.ElementType;
import dev.gatun.kernels.TopK;
import java.util.Optional;
import java.util.Set;

/** Operators that walk along one axis in order: top k, sort, arg max and min, running totals. */
final class OrderKernels implements Candidate {
  private static final Set<OpDef> OPS =
      Set.of(dev.gatun.core.op.TopK.OP, Sort.OP, ArgMax.OP, ArgMin.OP, CumSum.OP, CumProd.OP);

  @Override
  public String name() {
    return "order/vector/any";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    OpDef op = node.op();
    if (!OPS.contains(op)) {
      return new Lowering.Refused("");
    }
    DType dtype = dtype(node.input(0));
    Optional<ElementType> type = Elements.number(dtype);
    if (type.isEmpty()) {
      return new Lowering.Refused("no order of " + dtype);
    }
    Shape shape = shape(node.input(0));
    boolean cumulative = op == CumSum.OP || op == CumProd.OP;
    if (cumulative && (!node.has(1) || node.input(1).constant().isEmpty())) {
      return new Lowering.Refused("the axis is not a constant");
    }
    if (shape.rank() == 0) {
      return new Lowering.Refused("a single number has no lines");
    }
    long given =
        cumulative ? node.input(1).constant().get().getLong(0) : node.attrs().integer("axis");
    RowKernels.View view = RowKernels.View.of(shape, shape.axis(op.name(), given));
    if (view.axis() > Integer.MAX_VALUE || view.inner() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 elements along the axis");
    }
    if (cumulative) {
      return cumulative(node, type.get(), view);
    }
    return op == ArgMax.OP || op == ArgMin.OP
        ? arg(node, type.get(), view, target)
        : take(node, type.get(), view);
  }

  private static Lowering take(Node node, ElementType type, RowKernels.View view) {
    boolean sort = node.op() == Sort.OP;
    Shape to = shape(node.output());
    long k = to.size(to.axis("topK", node.attrs().integer("axis")));
    boolean descending = node.attrs().flag(sort ? "descending" : "largest");
    TopK topK = TopK.of(type, view.outer(), view.axis(), view.inner(), k, descending);
    int values = node.inputs().size();
    boolean both = node.outputs().size() > 1;
    // Without a second output the positions go to the end of the scratch memory.
    long positions = both ? 0 : 8 * to.elements();
    long scratch = topK.scratchBytes();
    return Lowering.Kernels.of(
            new TaskKernel(
                topK.tasks(),
                (b, task) -> {
                  long own = b[values + (both ? 2 : 1)];
                  topK.run(b[0], b[values], both ? b[values + 1] : own + scratch, own, task);
                }))
        .scratch(Math.max(64, scratch + positions));
  }

  private static Lowering arg(Node node, ElementType type, RowKernels.View view, Target target) {
    boolean min = node.op() == ArgMin.OP;
    boolean last = node.attrs().flag("selectLast");
    int length = (int) view.axis();
    int inner = (int) view.inner();
    if (type != ElementType.F32) {
      RangeKernel.Body body =
          (b, from, to) ->
              ArgReduceElements.run(type, min, last, b[0], b[1], from, to, length, inner);
      return Lowering.Kernels.of(
          new RangeKernel(view.outer() * inner, 2L * length, target.threads(), body));
    }
    if (inner == 1) {
      RangeKernel.Body body =
          (b, from, to) ->
              ArgReduceF32.runRows(min, last, b[0], 4L * length, b[1], from, to, length);
      return Lowering.Kernels.of(new RangeKernel(view.outer(), length, target.threads(), body));
    }
    RangeKernel.Body body =
        (b, from, to) ->
            ArgReduceF32.runInner(
                min, last, b[0], b[1], 4L * length * inner, 4L * inner, from, to, length, inner);
    long columns = ArgReduceF32.columns(view.outer(), inner);
    return Lowering.Kernels.of(new RangeKernel(columns, 32L * length, target.threads(), body));
  }

  private static Lowering cumulative(Node node, ElementType type, RowKernels.View view) {
    switch (type) {
      case F32, F64, I32, I64 -> {
        // Has arithmetic.
      }
      default -> {
        return new Lowering.Refused("no running totals of " + type);
      }
    }
    Cumulative kernel =
        Cumulative.of(
            type,
            node.op() == CumProd.OP ? Cumulative.Kind.PRODUCT : Cumulative.Kind.SUM,
            view.outer(),
            view.axis(),
            view.inner(),
            node.attrs().flag("exclusive"),
            node.attrs().flag("reverse"));
    return Lowering.Kernels.of(
        new TaskKernel(kernel.tasks(), (b, task) -> kernel.run(b[0], b[2], task)));
  }
}
