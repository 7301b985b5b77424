package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.LogSoftmax;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.plan.Slicing.Part;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.ffi.Arg;
import dev.gatun.ffi.DataType;
import dev.gatun.ffi.MemoryDesc;
import dev.gatun.ffi.Normalization;
import dev.gatun.ffi.OneDnn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Softmax, log-softmax and layer norm in float32 by oneDNN, cut into rows. */
final class DnnlRowwise implements Candidate {
  /** Operations of an element of a softmax, the exponential among them. */
  private static final double SOFTMAX_FLOPS = 30;

  private static final double NORM_FLOPS = 12;

  @Override
  public String name() {
    return "rowwise/onednn/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    boolean softmax = node.op() == Softmax.OP || node.op() == LogSoftmax.OP;
    if (!softmax && node.op() != LayerNorm.OP) {
      return new Lowering.Refused("");
    }
    Optional<OneDnn> library = OneDnn.find().library();
    if (library.isEmpty()) {
      return new Lowering.Refused("oneDNN is not available");
    }
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(0).tensorType().dtype());
    }
    Shape shape = node.input(0).tensorType().shape();
    if (shape.rank() == 0 || shape.elements() == 0) {
      return new Lowering.Refused("no rows");
    }
    return softmax
        ? softmax(node, shape, target, library.get())
        : layerNorm(node, shape, target, library.get());
  }

  private static Lowering softmax(Node node, Shape shape, Target target, OneDnn dnnl) {
    RowKernels.View view =
        RowKernels.View.of(shape, shape.axis(node.op().name(), node.attrs().integer("axis")));
    boolean log = node.op() == LogSoftmax.OP;
    DnnlSlices slices = new DnnlSlices(target);
    slices.operand(Arg.SRC, 0).operand(Arg.DST, 1);
    int wanted = Slicing.slices(SOFTMAX_FLOPS * shape.elements(), target.threads());
    for (Part rows : Slicing.cut(view.outer(), wanted, 1)) {
      long at = 4 * rows.first() * view.axis() * view.inner();
      slices.slice(
          slices.primitive(
              rows.count(),
              () -> {
                MemoryDesc desc =
                    view.inner() == 1
                        ? MemoryDesc.rowMajor(DataType.F32, rows.count(), view.axis())
                        : MemoryDesc.rowMajor(
                            DataType.F32, rows.count(), view.axis(), view.inner());
                dev.gatun.ffi.Softmax builder = dev.gatun.ffi.Softmax.of(dnnl, 1).src(desc);
                return (log ? builder.logarithm() : builder).inference();
              }),
          DnnlKernel.Block.NONE,
          List.of(at, at));
    }
    return new DnnlKernel(slices.operands(), slices.slices(), slices.slices().size())
        .alone(slices.implementation());
  }

  private static Lowering layerNorm(Node node, Shape shape, Target target, OneDnn dnnl) {
    if (node.outputs().size() > 1) {
      return new Lowering.Refused("oneDNN gives the variance, not the inverse deviation");
    }
    int axis = shape.axis("layerNorm", node.attrs().integer("axis"));
    long length = 1;
    for (int i = axis; i < shape.rank(); i++) {
      length *= shape.size(i);
    }
    for (int i = 1; i < node.inputs().size(); i++) {
      if (node.has(i) && !RowKernels.isRow(node.input(i), shape, axis)) {
        return new Lowering.Refused("input " + i + " is not one value a row element");
      }
    }
    boolean scale = node.has(1);
    boolean shift = node.has(2);
    DnnlSlices slices = new DnnlSlices(target);
    slices.operand(Arg.SRC, 0).operand(Arg.DST, node.inputs().size());
    if (scale) {
      slices.operand(Arg.SCALE, 1);
    }
    if (shift) {
      slices.operand(Arg.SHIFT, 2);
    }
    long columns = length;
    int wanted = Slicing.slices(NORM_FLOPS * shape.elements(), target.threads());
    for (Part rows : Slicing.cut(shape.elements() / length, wanted, 1)) {
      List<Long> at = new ArrayList<>();
      at.add(4 * rows.first() * columns);
      at.add(4 * rows.first() * columns);
      if (scale) {
        at.add(0L);
      }
      if (shift) {
        at.add(0L);
      }
      slices.slice(
          slices.primitive(
              rows.count(),
              () -> {
                Normalization builder =
                    Normalization.layer(dnnl)
                        .src(MemoryDesc.rowMajor(DataType.F32, rows.count(), columns))
                        .epsilon((float) node.attrs().real("epsilon"));
                builder = scale ? builder.scale() : builder;
                return (shift ? builder.shift() : builder).inference();
              }),
          DnnlKernel.Block.NONE,
          at);
    }
    return new DnnlKernel(slices.operands(), slices.slices(), slices.slices().size())
        .alone(slices.implementation());
  }
}
