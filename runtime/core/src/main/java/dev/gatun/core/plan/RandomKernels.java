package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.RandomLike;
import dev.gatun.core.tensor.DType;
import dev.gatun.kernels.CounterRandomF32;
import dev.gatun.kernels.Memory;

/** Random numbers that follow from a key, as dropout draws them. */
final class RandomKernels implements Candidate {
  /** What an element costs, compared with a copied one. */
  private static final long UNIFORM = 8;

  private static final long NORMAL = 40;

  @Override
  public String name() {
    return "random/scalar/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (node.op() != RandomLike.OP) {
      return new Lowering.Refused("");
    }
    DType dtype = Elements.dtype(node.output());
    if (dtype != DType.F32 || Elements.dtype(node.input(1)) != DType.I64) {
      return new Lowering.Refused("no random numbers of " + dtype);
    }
    long count = Elements.shape(node.output()).elements();
    long stream = node.attrs().integer("stream");
    boolean normal = node.attrs().text("distribution").equals("normal");
    RangeKernel.Body body =
        normal
            ? (b, first, last) ->
                CounterRandomF32.normal(seed(b), draw(b), stream, b[2], first, last)
            : (b, first, last) ->
                CounterRandomF32.uniform(seed(b), draw(b), stream, b[2], first, last);
    // Only the shape of the first input counts.
    return Lowering.Kernels.of(
            new RangeKernel(count, normal ? NORMAL : UNIFORM, target.threads(), body))
        .without(0)
        .noted(node.attrs().text("distribution"));
  }

  private static long seed(long[] buffers) {
    return Memory.ALL.get(Memory.I64, buffers[1]);
  }

  private static long draw(long[] buffers) {
    return Memory.ALL.get(Memory.I64, buffers[1] + 8);
  }
}
