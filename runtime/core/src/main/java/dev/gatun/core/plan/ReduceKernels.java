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
import dev.gatun.kernels.ColumnSumsF32;
import dev.gatun.kernels.ElementType;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.ReduceElements;
import dev.gatun.kernels.ReduceInnerF32;
import dev.gatun.kernels.ReduceKind;
import dev.gatun.kernels.ReduceRowsF32;
import dev.gatun.kernels.StridedCopy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reductions, and global pools: float32 in vectors, other types one element at a time. */
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

  /** Columns from which on parts of them are shared out. */
  private static final int LONG_COLUMN = 128;

  /** Rows that are too few to share out. */
  private static final int FEW_ROWS = 16;

  @Override
  public String name() {
    return "reduce/vector/any";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    ReduceKind kind = KINDS.get(node.op());
    if (kind == null) {
      return new Lowering.Refused("");
    }
    Optional<ElementType> type = type(node.input(0).tensorType().dtype(), kind);
    if (type.isEmpty()) {
      return new Lowering.Refused(
          "no " + kind + " of " + node.input(0).tensorType().dtype() + " elements");
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
        return scattered(kind, type.get(), node, shape, mask.get(), target);
      }
    }
    RowKernels.View view =
        first < 0
            ? new RowKernels.View(shape.elements(), 1, 1)
            : RowKernels.View.of(shape, first, last);
    if (view.axis() > Integer.MAX_VALUE || view.inner() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 elements along the axis");
    }
    if (view.axis() == 0 && type.get() != ElementType.F32) {
      return new Lowering.Refused("nothing to reduce");
    }
    int output = node.inputs().size();
    String note = kind + " [" + view.outer() + ", " + view.axis() + ", " + view.inner() + "]";
    if (view.inner() == 1 && type.get() == ElementType.F32 && inParts(view)) {
      return parts(kind, view, output, target).noted(note + " in parts");
    }
    if (view.inner() == 1 || type.get() != ElementType.F32) {
      return Lowering.Kernels.of(groups(kind, type.get(), view, 0, output, target)).noted(note);
    }
    int axis = (int) view.axis();
    int inner = (int) view.inner();
    if (kind == ReduceKind.SUM && view.outer() == 1 && axis >= LONG_COLUMN && inner > 0) {
      return columnParts(axis, inner, output, target).noted(note + " in parts");
    }
    RangeKernel.Body body =
        (b, from, to) ->
            ReduceInnerF32.run(
                kind, b[0], b[output], 4L * axis * inner, 4L * inner, from, to, axis, inner);
    long columns = ReduceInnerF32.columns(view.outer(), inner);
    return Lowering.Kernels.of(new RangeKernel(columns, 64L * axis, target.threads(), body))
        .noted(note);
  }

  /** Numbers of whole bytes; roots and logarithms of large unsigned ones would not be exact. */
  private static Optional<ElementType> type(DType dtype, ReduceKind kind) {
    return switch (dtype) {
      case I4, U4, I2, U2 -> Optional.empty();
      case U64 ->
          switch (kind) {
            case L2, LOG_SUM, LOG_SUM_EXP -> Optional.empty();
            default -> Optional.of(ElementType.U64);
          };
      default -> Elements.number(dtype);
    };
  }

  /** Rows of float32, or groups of any other type, between two of the node's buffers. */
  private static Kernel groups(
      ReduceKind kind, ElementType type, RowKernels.View view, int src, int dst, Target target) {
    long length = view.axis();
    if (type == ElementType.F32) {
      return new RangeKernel(
          view.outer(),
          length,
          target.threads(),
          (b, from, to) -> ReduceRowsF32.run(kind, b[src], 4 * length, b[dst], from, to, length));
    }
    return new RangeKernel(
        view.outer() * view.inner(),
        4 * length,
        target.threads(),
        (b, from, to) ->
            ReduceElements.run(type, kind, b[src], b[dst], from, to, length, view.inner()));
  }

  /** Whether there are too few rows to share out, and those are long. */
  private static boolean inParts(RowKernels.View view) {
    return view.outer() < FEW_ROWS && view.axis() > 2L * ReduceRowsF32.PARTIAL;
  }

  /** A few long rows: their parts are shared out, whatever the number of threads. */
  private static Lowering.Kernels parts(
      ReduceKind kind, RowKernels.View view, int output, Target target) {
    long length = view.axis();
    long partials = ReduceRowsF32.partials(length);
    Kernel part =
        new RangeKernel(
            view.outer() * partials,
            ReduceRowsF32.PARTIAL,
            target.threads(),
            (b, from, to) -> {
              for (long p = from; p < to; p++) {
                long row = p / partials;
                long at = p % partials;
                long sums = b[output + 1] + 8 * row * partials;
                ReduceRowsF32.partial(kind, b[0] + 4 * row * length, length, sums, at, at + 1);
              }
            });
    Kernel combine =
        new TaskKernel(
            1,
            (b, task) -> {
              for (long row = 0; row < view.outer(); row++) {
                long sums = b[output + 1] + 8 * row * partials;
                Memory.ALL.set(
                    Memory.F32, b[output] + 4 * row, ReduceRowsF32.combine(kind, sums, length));
              }
            });
    return new Lowering.Kernels(
        List.of(part, combine), 8 * view.outer() * partials, List.of(), List.of(), "");
  }

  /** Sums of long columns: parts of the rows first, however many threads there are. */
  private static Lowering.Kernels columnParts(int axis, int inner, int output, Target target) {
    ColumnSumsF32 sums = new ColumnSumsF32(axis, inner);
    Kernel part = new TaskKernel(sums.parts(), (b, p) -> sums.run(b[0], b[output + 1], p));
    RangeKernel.Body combine =
        (b, first, last) -> sums.combine(b[output + 1], b[output], first, last);
    return new Lowering.Kernels(
        List.of(part, new RangeKernel(inner, sums.parts(), target.threads(), combine)),
        sums.scratchBytes(),
        List.of(),
        List.of(),
        "");
  }

  /** The reduced axes are brought to the end first. */
  private static Lowering scattered(
      ReduceKind kind, ElementType type, Node node, Shape shape, boolean[] mask, Target target) {
    int rank = shape.rank();
    if (rank > StridedCopy.MAX_RANK) {
      return new Lowering.Refused("more than " + StridedCopy.MAX_RANK + " axes");
    }
    int[] perm = new int[rank];
    int at = 0;
    long length = 1;
    for (boolean reduced : new boolean[] {false, true}) {
      for (int i = 0; i < rank; i++) {
        if (mask[i] == reduced) {
          perm[at++] = i;
          length *= reduced ? shape.size(i) : 1;
        }
      }
    }
    if (length == 0 || length > Integer.MAX_VALUE) {
      return new Lowering.Refused(length + " elements to reduce");
    }
    StridedCopy copy = StridedCopy.transpose(type.bytes(), shape.sizes(), perm);
    int output = node.inputs().size();
    Kernel first = new TaskKernel(copy.tasks(), (b, task) -> copy.run(b[0], b[output + 1], task));
    RowKernels.View view = new RowKernels.View(shape.elements() / length, length, 1);
    return new Lowering.Kernels(
        List.of(first, groups(kind, type, view, output + 1, output, target)),
        Math.max(1, shape.elements() * type.bytes()),
        List.of(),
        List.of(),
        kind + " of axes that do not lie beside each other");
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
