package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.NegativeLogLikelihood;
import dev.gatun.core.op.SoftmaxCrossEntropy;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.LikelihoodF32;
import dev.gatun.kernels.LogSoftmaxF32;
import dev.gatun.kernels.SoftmaxInnerF32;
import java.util.ArrayList;
import java.util.List;

/** Losses of classes in float32: a log-softmax over the classes if one is needed, then a sum. */
final class LikelihoodKernels implements Candidate {
  /** What an element of a log-softmax costs compared with a copied one. */
  private static final int SOFTMAX_COST = 4;

  @Override
  public String name() {
    return "likelihood/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    boolean softmax = node.op() == SoftmaxCrossEntropy.OP;
    if (!softmax && node.op() != NegativeLogLikelihood.OP) {
      return new Lowering.Refused("");
    }
    DType dtype = node.input(0).tensorType().dtype();
    DType index = node.input(1).tensorType().dtype();
    if (dtype != DType.F32 || node.has(2) && node.input(2).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + dtype);
    }
    if (index != DType.I32 && index != DType.I64) {
      return new Lowering.Refused("targets of type " + index);
    }
    Shape shape = node.input(0).tensorType().shape();
    RowKernels.View view = RowKernels.View.of(shape, 1);
    if (view.axis() > Integer.MAX_VALUE || view.inner() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 elements along an axis");
    }
    int output = node.inputs().size();
    int scratch = output + node.outputs().size();
    // Log-probabilities that nobody wants lie in scratch memory, before the partial sums.
    boolean kept = softmax && node.outputs().size() > 1;
    long own = softmax && !kept ? Math.ceilDiv(4 * shape.elements(), 64L) * 64 : 0;
    List<Kernel> phases = new ArrayList<>();
    int logits = softmax ? (kept ? output + 1 : scratch) : 0;
    if (softmax) {
      phases.add(logSoftmax(view, logits, target));
    }
    boolean ignores = node.attrs().has("ignoreIndex");
    LikelihoodF32 loss =
        new LikelihoodF32(
            node.input(1).tensorType().shape().elements(),
            (int) view.axis(),
            view.inner(),
            index.bytes(),
            ignores,
            ignores ? node.attrs().integer("ignoreIndex") : 0);
    boolean weighted = node.has(2);
    String reduction = node.attrs().text("reduction");
    if (reduction.equals("none")) {
      phases.add(
          new TaskKernel(
              loss.parts(),
              (b, part) -> loss.each(b[logits], b[1], weighted ? b[2] : 0, b[output], part)));
    } else {
      boolean mean = reduction.equals("mean");
      phases.add(
          new TaskKernel(
              loss.parts(),
              (b, part) ->
                  loss.part(b[logits], b[1], weighted ? b[2] : 0, b[scratch] + own, part)));
      phases.add(new TaskKernel(1, (b, task) -> loss.combine(b[scratch] + own, b[output], mean)));
    }
    return new Lowering.Kernels(phases, own + loss.scratchBytes(), List.of(), List.of(), reduction);
  }

  private static Kernel logSoftmax(RowKernels.View view, int dst, Target target) {
    int classes = (int) view.axis();
    int inner = (int) view.inner();
    if (inner == 1) {
      long rowBytes = 4L * classes;
      return new RangeKernel(
          view.outer(),
          SOFTMAX_COST * view.axis(),
          target.threads(),
          (b, first, last) ->
              LogSoftmaxF32.run(b[0], rowBytes, b[dst], rowBytes, first, last, classes, 1));
    }
    long axisBytes = 4L * inner;
    return new RangeKernel(
        SoftmaxInnerF32.columns(view.outer(), inner),
        16L * SOFTMAX_COST * classes,
        target.threads(),
        (b, first, last) ->
            SoftmaxInnerF32.run(
                b[0],
                b[dst],
                axisBytes * classes,
                axisBytes,
                first,
                last,
                classes,
                inner,
                1,
                true));
  }
}
