package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * softmaxCrossEntropy(x [N, C, S...], target [N, S...], weight [C]?) = (loss, log p [N, C, S...]):
 * {@link NegativeLogLikelihood} of log p = logSoftmax(x) over the classes, axis 1.
 */
public final class SoftmaxCrossEntropy {
  public static final OpDef OP =
      OpDef.named("softmaxCrossEntropy")
          .inputs(2, 3)
          .attr("reduction", "mean")
          .attr("ignoreIndex")
          .types(
              in ->
                  List.of(
                      Type.tensor(in.dtype(0), NegativeLogLikelihood.lossShape(in)), in.tensor(0)))
          .reference(SoftmaxCrossEntropy::run)
          .gradient(LikelihoodGradient::ofSoftmax)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Shape shape = src.shape();
    double[] x = src.toDoubles();
    int classes = Math.toIntExact(shape.size(1));
    int positions = 1;
    for (int a = 2; a < shape.rank(); a++) {
      positions *= (int) shape.size(a);
    }
    for (int from = 0; from < x.length; from += classes * positions) {
      for (int p = 0; p < positions; p++) {
        LogSoftmax.line(x, from + p, classes, positions);
      }
    }
    return List.of(NegativeLogLikelihood.loss(in, x), Tensor.rounded(src.dtype(), shape, x));
  }

  private SoftmaxCrossEntropy() {}
}
