package dev.gatun.core.plan;

import static dev.gatun.core.plan.Elements.dtype;
import static dev.gatun.core.plan.Elements.shape;

import dev.gatun.core.graph.Node;
import dev.gatun.core.tensor.DType;
import dev.gatun.kernels.Cast;
import dev.gatun.kernels.ElementType;

/** Conversions between types of whole bytes, where nothing else is fused with them. */
final class CastKernels implements Candidate {
  @Override
  public String name() {
    return "cast/vector/any";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (node.op() != dev.gatun.core.op.Cast.OP) {
      return new Lowering.Refused("");
    }
    DType from = dtype(node.input(0));
    DType to = dtype(node.output());
    if (isNarrow(from) || isNarrow(to)) {
      return new Lowering.Refused("no conversion from " + from + " to " + to);
    }
    ElementType src = Elements.number(from).orElseThrow();
    ElementType dst = Elements.number(to).orElseThrow();
    Cast cast = Cast.of(src, dst, shape(node.output()).elements());
    return Lowering.Kernels.of(
            new TaskKernel(cast.tasks(), (b, task) -> cast.run(b[0], b[1], task)))
        .noted(from + " to " + to);
  }

  private static boolean isNarrow(DType dtype) {
    return switch (dtype) {
      case I4, U4, I2, U2 -> true;
      default -> Elements.number(dtype).isEmpty();
    };
  }
}
