package dev.gatun.core.plan;

import dev.gatun.core.fuse.NarrowMatmul;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.NarrowMatmulF32;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Products of float32 with constant matrices of bfloat16, int8 and int4. */
final class NarrowMatmulKernels implements Candidate {
  @Override
  public String name() {
    return "matmul/vector/narrow";
  }

  /** Whether a product need not be taken apart into widening and multiplying. */
  static boolean accepts(Node node) {
    if (node.op() != NarrowMatmul.OP) {
      return false;
    }
    for (int i = 1; i < node.inputs().size(); i++) {
      if (node.has(i) && node.input(i).constant().isEmpty()) {
        return false;
      }
    }
    Shape x = node.input(0).tensorType().shape();
    return x.isFixed()
        && x.elements() < Integer.MAX_VALUE
        && NarrowOperand.accepts(
            type(node.input(1)),
            node.has(2) ? Optional.of(type(node.input(2))) : Optional.empty(),
            node.attrs().flag("transposeB"),
            Math.floorMod(node.attrs().intValue("axis"), 2),
            node.attrs().integer("blockSize"));
  }

  private static NarrowOperand.Type type(Value value) {
    return new NarrowOperand.Type(value.tensorType().dtype(), value.tensorType().shape());
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<Anchored> found = Anchored.of(node, NarrowMatmul.OP);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    Anchored anchored = found.get();
    Node matmul = anchored.anchor();
    NarrowOperand right =
        NarrowOperand.of(
            constant(node, anchored, 1).orElseThrow(),
            constant(node, anchored, 2).orElse(null),
            constant(node, anchored, 3).orElse(null),
            constant(node, anchored, 4).orElse(null),
            matmul.attrs().flag("transposeB"),
            matmul.attrs().integer("blockSize"));
    long packed = right.packed(target.weights());
    Shape x = matmul.input(0).tensorType().shape();
    int n = right.form().n();
    int k = right.form().k();
    int m = Math.toIntExact(x.elements() / k);
    NarrowMatmulF32 plan = NarrowMatmulF32.plan(m, right.form(), target.threads());
    int a = anchored.inputs()[0];
    int output = node.inputs().size();
    int bias = anchored.bias();
    Kernel kernel =
        new TaskKernel(
            plan.tasks(),
            (buffers, task) ->
                plan.run(
                    buffers[a],
                    4L * k,
                    packed,
                    bias < 0 ? 0 : buffers[bias],
                    anchored.low(),
                    anchored.high(),
                    buffers[output],
                    4L * n,
                    anchored.epilogue(),
                    buffers,
                    task));
    String note = right.form().kind().name().toLowerCase(Locale.ROOT) + " " + m + "x" + n + "x" + k;
    return Lowering.Kernels.of(kernel)
        .noted(anchored.note().isEmpty() ? note : note + "; " + anchored.note())
        .without(unread(node, anchored));
  }

  /** An operand of the product, which inside a fused body is only an input. */
  private static Optional<Tensor> constant(Node node, Anchored anchored, int operand) {
    int input = operand < anchored.inputs().length ? anchored.inputs()[operand] : -1;
    return input < 0 ? Optional.empty() : node.input(input).constant();
  }

  /** Operands that were packed and that nothing else of the node reads. */
  private static Integer[] unread(Node node, Anchored anchored) {
    List<Integer> unread = new ArrayList<>();
    for (int i = 1; i < anchored.inputs().length; i++) {
      int input = anchored.inputs()[i];
      @Nullable Value value = input < 0 ? null : node.input(input);
      if (value != null && node.inputs().indexOf(value) == node.inputs().lastIndexOf(value)) {
        unread.add(input);
      }
    }
    return unread.toArray(Integer[]::new);
  }
}
