package dev.gatun.core.plan;

import static dev.gatun.core.plan.Elements.count;
import static dev.gatun.core.plan.Elements.dtype;
import static dev.gatun.core.plan.Elements.shape;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.OneHot;
import dev.gatun.core.op.ScatterElements;
import dev.gatun.core.op.ScatterNd;
import dev.gatun.core.op.TensorScatter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.AxisElements;
import dev.gatun.kernels.ElementType;
import dev.gatun.kernels.Gather;
import dev.gatun.kernels.GatherNd;
import dev.gatun.kernels.ScatterReduction;
import dev.gatun.kernels.SliceScatter;
import dev.gatun.kernels.StridedCopy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers, scatters, caches and one-hot tensors: what is moved depends on indices that only a run
 * knows. Indices are checked before anything is read or written through them.
 */
final class IndexKernels implements Candidate {
  private interface Rule {
    Lowering lower(Node node);
  }

  private static final Map<OpDef, Rule> RULES =
      Map.of(
          dev.gatun.core.op.Gather.OP, IndexKernels::gather,
          dev.gatun.core.op.GatherElements.OP, IndexKernels::gatherElements,
          dev.gatun.core.op.GatherNd.OP, IndexKernels::gatherNd,
          ScatterElements.OP, IndexKernels::scatterElements,
          ScatterNd.OP, IndexKernels::scatterNd,
          TensorScatter.OP, IndexKernels::tensorScatter,
          OneHot.OP, IndexKernels::oneHot);

  @Override
  public String name() {
    return "index/vector/any";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Rule rule = RULES.get(node.op());
    if (rule == null) {
      return new Lowering.Refused("");
    }
    if (dtype(node.output()) == DType.STRING) {
      return new Lowering.Refused("strings are not in native memory");
    }
    int at = node.op() == OneHot.OP ? 0 : node.op() == TensorScatter.OP ? 2 : 1;
    DType ids = node.has(at) ? dtype(node.input(at)) : DType.I64;
    if (ids != DType.I32 && ids != DType.I64) {
      return new Lowering.Refused("only int32 and int64 indices, not " + ids);
    }
    if (shape(node.output()).elements() == 0) {
      // As in the reference, indices that move nothing are not looked at.
      return Lowering.Kernels.of(new TaskKernel(0, (b, task) -> {}));
    }
    return rule.lower(node);
  }

  private static int indexBytes(Node node, int input) {
    return dtype(node.input(input)).bytes();
  }

  private static Lowering gather(Node node) {
    Shape x = shape(node.input(0));
    int axis = x.axis("gather", node.attrs().integer("axis"));
    long outer = count(x, 0, axis);
    long innerBytes = count(x, axis + 1, x.rank()) * dtype(node.output()).bytes();
    long ids = shape(node.input(1)).elements();
    Gather gather = Gather.of(outer, x.size(axis), innerBytes, ids, indexBytes(node, 1));
    return Lowering.Kernels.of(
            new TaskKernel(gather.tasks(), (b, task) -> gather.run(b[0], b[1], b[2], task)))
        .noted(outer * ids + " slices of " + innerBytes + " bytes");
  }

  private static Lowering gatherElements(Node node) {
    Shape x = shape(node.input(0));
    AxisElements gather =
        AxisElements.gather(
            Elements.moved(dtype(node.output())),
            x.sizes(),
            shape(node.input(1)).sizes(),
            x.axis("gatherElements", node.attrs().integer("axis")),
            indexBytes(node, 1));
    return Lowering.Kernels.of(
        new TaskKernel(gather.tasks(), (b, task) -> gather.gather(b[0], b[1], b[2], task)));
  }

  private static Lowering gatherNd(Node node) {
    Shape ids = shape(node.input(1));
    int batch = node.attrs().intValue("batchDims");
    GatherNd gather =
        GatherNd.gather(
            Elements.moved(dtype(node.output())),
            shape(node.input(0)).sizes(),
            batch,
            count(ids, batch, ids.rank() - 1),
            (int) ids.size(-1),
            indexBytes(node, 1));
    return Lowering.Kernels.of(
        new TaskKernel(gather.tasks(), (b, task) -> gather.gather(b[0], b[1], b[2], task)));
  }

  private static Lowering scatterElements(Node node) {
    Shape x = shape(node.input(0));
    Optional<ElementType> type = scatterType(node);
    if (type.isEmpty()) {
      return noArithmetic(node);
    }
    AxisElements scatter =
        AxisElements.scatter(
            type.get(),
            reduction(node),
            x.sizes(),
            shape(node.input(1)).sizes(),
            x.axis("scatterElements", node.attrs().integer("axis")),
            indexBytes(node, 1));
    return scatter(
        node,
        new TaskKernel(scatter.tasks(), (b, task) -> scatter.scatter(b[3], b[1], b[2], task)));
  }

  private static Lowering scatterNd(Node node) {
    Shape ids = shape(node.input(1));
    Optional<ElementType> type = scatterType(node);
    if (type.isEmpty()) {
      return noArithmetic(node);
    }
    GatherNd scatter =
        GatherNd.scatter(
            type.get(),
            reduction(node),
            shape(node.input(0)).sizes(),
            count(ids, 0, ids.rank() - 1),
            (int) ids.size(-1),
            indexBytes(node, 1));
    return scatter(
        node,
        new TaskKernel(scatter.tasks(), (b, task) -> scatter.scatter(b[3], b[1], b[2], task)));
  }

  private static Lowering tensorScatter(Node node) {
    Shape x = shape(node.input(0));
    int axis = x.axis("tensorScatter", node.attrs().integer("axis"));
    SliceScatter.Ends ends =
        switch (node.attrs().text("mode")) {
          case "circular" -> SliceScatter.Ends.WRAP;
          case "clipped" -> SliceScatter.Ends.CLIP;
          default -> SliceScatter.Ends.FAIL;
        };
    boolean starts = node.has(2);
    int output = node.inputs().size();
    SliceScatter scatter =
        new SliceScatter(
            count(x, 0, axis),
            x.size(0),
            x.size(axis),
            shape(node.input(1)).size(axis),
            count(x, axis + 1, x.rank()) * dtype(node.output()).bytes(),
            starts ? indexBytes(node, 2) : 8,
            ends);
    Kernel update =
        new TaskKernel(
            scatter.tasks(), (b, task) -> scatter.run(b[1], starts ? b[2] : 0, b[output], task));
    return scatter(node, update, node.attrs().text("mode"));
  }

  private static Lowering scatter(Node node, Kernel updates) {
    return scatter(node, updates, node.attrs().text("reduction"));
  }

  /** A copy of x, unless the result has taken over its memory, and then the updates. */
  private static Lowering scatter(Node node, Kernel updates, String note) {
    int output = node.inputs().size();
    int bytes = dtype(node.output()).bytes();
    long[] sizes = {shape(node.output()).elements()};
    long[] strides = {bytes};
    StridedCopy copy = StridedCopy.of(bytes, sizes, strides, strides);
    Kernel first =
        new TaskKernel(
            copy.tasks(),
            (b, task) -> {
              if (b[0] != b[output]) {
                copy.run(b[0], b[output], task);
              }
            });
    return new Lowering.Kernels(List.of(first, updates), 0, List.of(List.of(0)), List.of(), note);
  }

  private static ScatterReduction reduction(Node node) {
    return ScatterReduction.valueOf(node.attrs().text("reduction").toUpperCase(Locale.ROOT));
  }

  private static Optional<ElementType> scatterType(Node node) {
    DType dtype = dtype(node.output());
    if (reduction(node) == ScatterReduction.NONE) {
      return Optional.of(Elements.moved(dtype));
    }
    return switch (dtype) {
      case F32, F64, I32, I64 -> Elements.number(dtype);
      default -> Optional.empty();
    };
  }

  private static Lowering noArithmetic(Node node) {
    return new Lowering.Refused(
        "no reduction '" + node.attrs().text("reduction") + "' of " + dtype(node.output()));
  }

  private static Lowering oneHot(Node node) {
    Shape y = shape(node.output());
    int axis = y.axis("oneHot", node.attrs().integer("axis"));
    int bytes = dtype(node.output()).bytes();
    dev.gatun.kernels.OneHot oneHot =
        dev.gatun.kernels.OneHot.of(
            bytes,
            count(y, 0, axis),
            y.size(axis),
            count(y, axis + 1, y.rank()),
            indexBytes(node, 0));
    return Lowering.Kernels.of(
        new TaskKernel(
            oneHot.tasks(),
            (b, task) ->
                oneHot.run(
                    b[0],
                    b[3],
                    Elements.bits(b[2] + bytes, bytes),
                    Elements.bits(b[2], bytes),
                    task)));
  }
}
