package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.ConvWeightGradient;
import dev.gatun.core.op.Window;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.ConvWeightGradientF32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Gradients of convolutions with respect to their weights, in float32, channels last. */
final class ConvGradientKernels implements Candidate {
  @Override
  public String name() {
    return "convWeightGradient/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (node.op() != ConvWeightGradient.OP) {
      return new Lowering.Refused("");
    }
    Shape x = node.input(0).tensorType().shape();
    Shape dy = node.input(1).tensorType().shape();
    if (node.output().tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.output().tensorType().dtype());
    }
    if (!node.attrs().text("layout").equals("NHWC")) {
      return new Lowering.Refused("channels are not last");
    }
    if (x.rank() > 5) {
      return new Lowering.Refused("more than three spatial axes");
    }
    if (x.elements() == 0 || dy.elements() == 0) {
      return new Lowering.Refused("nothing was convolved");
    }
    long[] in = Arrays.copyOfRange(x.sizes(), 1, x.rank() - 1);
    Window window = Window.of(node.op().name(), node.attrs(), in, node.attrs().longs("kernel"));
    ConvWeightGradientF32 plan =
        ConvWeightGradientF32.plan(
            ConvKernels.geometry(x, window, dy.size(-1), node.attrs().intValue("groups")));
    List<Kernel> phases = new ArrayList<>();
    for (int i = 0; i < plan.phases(); i++) {
      int phase = i;
      phases.add(
          new TaskKernel(
              plan.tasks(phase), (b, task) -> plan.run(phase, b[0], b[1], b[2], b[3], task)));
    }
    return new Lowering.Kernels(phases, plan.scratchBytes(), List.of(), List.of(), plan.note());
  }
}
