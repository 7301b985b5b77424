package dev.gatun.core.plan;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.fuse.StridedView;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.AttentionGradient;
import dev.gatun.kernels.AttentionF32.Strides;
import dev.gatun.kernels.AttentionGradientF32;
import java.util.List;
import java.util.Optional;

/**
 * Attention's gradient in float32 without a score matrix: operands and results in place, as in
 * {@link AttentionKernels}.
 */
final class AttentionGradientKernels implements Candidate {
  /** Inputs that rows are read of, then results. */
  private static final int[] READ = {0, 1, 2, AttentionGradient.DY};

  @Override
  public String name() {
    return "attentionGradient/vector/f32";
  }

  /** Whether a node needs not be taken apart. */
  static boolean accepts(Node node) {
    return node.op() == AttentionGradient.OP && refusal(node).isEmpty();
  }

  private static String refusal(Node node) {
    if (node.attrs().real("softcap") > 0) {
      return "scores are capped";
    }
    if (node.has(4)) {
      return "numbers of keys in use";
    }
    return AttentionKernels.unread(node);
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<Node> found = AttentionKernels.find(node, AttentionGradient.OP);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    Node gradient = found.get();
    String refusal = refusal(gradient);
    if (!refusal.isEmpty()) {
      return new Lowering.Refused(refusal);
    }
    List<Value> sources = node == gradient ? node.inputs() : Fused.body(node).inputs();
    int[] at = new int[READ.length + 3];
    long[] offsets = new long[at.length];
    Strides[] strides = new Strides[at.length];
    for (int i = 0; i < at.length; i++) {
      StridedView view;
      if (i < READ.length) {
        Value value = gradient.input(READ[i]);
        view = node == gradient ? StridedView.contiguous(value) : StridedView.of(value);
        at[i] = sources.indexOf(view.source());
      } else {
        int result = i - READ.length;
        Optional<StridedView> to = AttentionKernels.destination(node, gradient, result);
        if (to.isEmpty()) {
          return new Lowering.Refused("result " + result + " has no contiguous rows");
        }
        view = to.get();
        at[i] = node.inputs().size() + result;
      }
      offsets[i] = 4 * view.offset();
      strides[i] = AttentionKernels.strides(view);
    }
    AttentionGradientF32 plan =
        new AttentionGradientF32(
            AttentionKernels.sizes(gradient),
            new AttentionGradientF32.Places(
                strides[0], strides[1], strides[2], strides[3], strides[4], strides[5], strides[6]),
            AttentionKernels.maskStrides(gradient),
            AttentionKernels.scale(gradient),
            gradient.attrs().flag("causal"),
            gradient.attrs().intValue("causalOffset"));
    int mask = gradient.has(3) ? sources.indexOf(gradient.input(3)) : -1;
    return Lowering.Kernels.of(new Slopes(plan, at, offsets, mask))
        .noted(AttentionKernels.describe(AttentionKernels.sizes(gradient)));
  }

  private record Slopes(AttentionGradientF32 plan, int[] at, long[] offsets, int mask)
      implements Kernel {
    @Override
    public int tasks() {
      return plan.tasks();
    }

    @Override
    public void run(long[] buffers, int task) {
      plan.run(
          buffers[at[0]] + offsets[0],
          buffers[at[1]] + offsets[1],
          buffers[at[2]] + offsets[2],
          mask < 0 ? 0 : buffers[mask],
          buffers[at[3]] + offsets[3],
          buffers[at[4]] + offsets[4],
          buffers[at[5]] + offsets[5],
          buffers[at[6]] + offsets[6],
          task);
    }
  }
}
