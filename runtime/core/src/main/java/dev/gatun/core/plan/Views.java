package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.Identity;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Squeeze;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.Set;

/** Operators that only look at the same memory in another way; nothing runs. */
final class Views implements Candidate {
  private static final Set<OpDef> SAME_ORDER =
      Set.of(Reshape.OP, Squeeze.OP, Unsqueeze.OP, Flatten.OP, Identity.OP);

  @Override
  public String name() {
    return "view";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (node.inputs().isEmpty()
        || !node.input(0).type().isFixed()
        || node.input(0).tensorType().dtype() == DType.STRING) {
      return new Lowering.Refused("");
    }
    if (SAME_ORDER.contains(node.op())) {
      return new Lowering.View(0);
    }
    if (node.op() == Transpose.OP) {
      return keepsOrder(
              node.input(0).tensorType().shape(),
              Transpose.perm(node.attrs(), node.input(0).tensorType().shape().rank()))
          ? new Lowering.View(0)
          : new Lowering.Refused("axes longer than 1 change their order");
    }
    return MovementKernels.contiguous(node)
        .<Lowering>map(offsets -> new Lowering.View(0, offsets))
        .orElse(new Lowering.Refused(""));
  }

  /** A transpose that moves only axes of size 1 leaves the elements where they are. */
  private static boolean keepsOrder(Shape shape, int[] perm) {
    int last = -1;
    for (int axis : perm) {
      if (shape.size(axis) != 1) {
        if (axis < last) {
          return false;
        }
        last = axis;
      }
    }
    return true;
  }
}
