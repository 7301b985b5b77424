package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.BatchNormGradient;
import dev.gatun.core.op.BatchNormTrain;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.BatchNormF32;
import dev.gatun.kernels.BatchNormGradientF32;
import dev.gatun.kernels.BatchStatisticsF32;
import java.util.List;

/** Batch norm with the statistics of the batch, and its gradient, in float32, channels last. */
final class BatchNormKernels implements Candidate {
  @Override
  public String name() {
    return "batchNorm/vector/f32";
  }

  /** Whether a node need not be taken apart. */
  static boolean accepts(Node node) {
    if (node.op() != BatchNormTrain.OP && node.op() != BatchNormGradient.OP) {
      return false;
    }
    for (var input : node.inputs()) {
      if (!input.type().isFixed() || input.tensorType().dtype() != DType.F32) {
        return false;
      }
    }
    Shape x = node.input(0).tensorType().shape();
    boolean last = x.rank() == 2 || node.attrs().text("layout").equals("NHWC");
    return last && x.elements() > 0 && x.size(-1) < Integer.MAX_VALUE;
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (!accepts(node)) {
      return new Lowering.Refused(
          node.op() == BatchNormTrain.OP ? "only float32, channels last" : "");
    }
    Shape x = node.input(0).tensorType().shape();
    int channels = (int) x.size(-1);
    long rows = x.elements() / channels;
    BatchStatisticsF32 statistics = BatchStatisticsF32.of(rows, channels);
    float epsilon = (float) node.attrs().real("epsilon");
    Lowering.Kernels kernels =
        node.op() == BatchNormTrain.OP
            ? train(node, statistics, rows, channels, epsilon, target)
            : gradient(node, statistics, rows, channels, epsilon, target);
    return kernels.noted("[" + rows + ", " + channels + "], " + statistics.parts() + " parts");
  }

  /** Memory for results that nobody wants lies behind the sums. */
  private static Lowering.Kernels train(
      Node node,
      BatchStatisticsF32 statistics,
      long rows,
      int channels,
      float epsilon,
      Target target) {
    int outputs = node.outputs().size();
    int scratch = 3 + outputs;
    long line = 4L * channels;
    long sums = statistics.scratchBytes();
    Kernel moments =
        new TaskKernel(statistics.parts(), (b, part) -> statistics.moments(b[0], b[scratch], part));
    Kernel combine =
        new TaskKernel(
            1,
            (b, task) -> {
              long mean = outputs > 1 ? b[4] : b[scratch] + sums + 2 * line;
              long variance = outputs > 2 ? b[5] : b[scratch] + sums + 3 * line;
              statistics.combineMoments(b[scratch], mean, variance);
              long factor = b[scratch] + sums;
              BatchNormF32.fold(
                  b[1], b[2], mean, variance, epsilon, factor, factor + line, channels);
            });
    Kernel normalize =
        new RangeKernel(
            rows,
            channels,
            target.threads(),
            (b, first, last) ->
                BatchNormF32.runRows(
                    b[0],
                    line,
                    b[scratch] + sums,
                    b[scratch] + sums + line,
                    b[3],
                    line,
                    first,
                    last,
                    channels));
    return new Lowering.Kernels(
        List.of(moments, combine, normalize), sums + 4 * line, List.of(List.of(0)), List.of(), "");
  }

  private static Lowering.Kernels gradient(
      Node node,
      BatchStatisticsF32 statistics,
      long rows,
      int channels,
      float epsilon,
      Target target) {
    int outputs = node.outputs().size();
    int scratch = 5 + outputs;
    long line = 4L * channels;
    long sums = statistics.scratchBytes();
    Kernel products =
        new TaskKernel(
            statistics.parts(),
            (b, part) -> statistics.products(b[0], b[1], b[3], b[scratch], part));
    Kernel factors =
        new TaskKernel(
            1,
            (b, task) ->
                BatchNormGradientF32.factors(
                    statistics,
                    b[scratch],
                    rows,
                    channels,
                    b[2],
                    b[4],
                    epsilon,
                    outputs > 1 ? b[6] : b[scratch] + sums + 3 * line,
                    outputs > 2 ? b[7] : b[scratch] + sums + 4 * line,
                    b[scratch] + sums));
    Kernel apply =
        new RangeKernel(
            rows,
            channels,
            target.threads(),
            (b, first, last) ->
                BatchNormGradientF32.run(
                    b[0], b[1], b[3], b[scratch] + sums, b[5], first, last, channels));
    return new Lowering.Kernels(
        List.of(products, factors, apply), sums + 5 * line, List.of(List.of(0, 1)), List.of(), "");
  }
}
