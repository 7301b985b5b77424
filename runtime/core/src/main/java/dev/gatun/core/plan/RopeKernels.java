package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Rope;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.RopeF32;

/** Rotary positions in float32 with a row of angles for each position. */
final class RopeKernels implements Candidate {
  @Override
  public String name() {
    return "rowwise/vector/rope";
  }

  /** Whether the node need not be taken apart: halves, not neighbours, and no table to look up. */
  static boolean accepts(Node node) {
    if (node.op() != Rope.OP || node.has(3) || node.attrs().flag("interleaved")) {
      return false;
    }
    for (int i = 0; i < 3; i++) {
      if (!(node.input(i).type() instanceof Type.OfTensor type
          && type.isFixed()
          && type.dtype() == DType.F32)) {
        return false;
      }
    }
    Shape x = node.input(0).tensorType().shape();
    Shape angles = node.input(1).tensorType().shape();
    int rank = angles.rank();
    return angles.equals(node.input(2).tensorType().shape())
        && x.elements() > 0
        && x.size(3) <= Integer.MAX_VALUE
        // A shared table may have more rows than there are positions.
        && (rank == 2
            ? angles.size(0) >= x.size(2)
            : angles.size(0) == x.size(0) && angles.size(1) == x.size(2));
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (!accepts(node)) {
      return new Lowering.Refused("");
    }
    Shape x = node.input(0).tensorType().shape();
    Shape angles = node.input(1).tensorType().shape();
    int width = (int) x.size(3);
    RopeF32 plan =
        new RopeF32(
            Math.toIntExact(x.size(1)),
            Math.toIntExact(x.size(2)),
            width,
            (int) angles.size(-1),
            angles.rank() == 2);
    long rows = x.elements() / width;
    int output = node.inputs().size();
    RangeKernel.Body body = (b, first, last) -> plan.run(b[0], b[1], b[2], b[output], first, last);
    return Lowering.Kernels.of(new RangeKernel(rows, 2L * width, target.threads(), body))
        .reusing(0)
        .noted(rows + " rows of " + width);
  }
}
