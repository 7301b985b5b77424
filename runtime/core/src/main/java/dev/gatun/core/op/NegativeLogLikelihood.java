package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * negativeLogLikelihood(x [N, C, S...], target [N, S...], weight [C]?) = -weight[t] * x[n, t, s]
 * where t = target[n, s]; x holds logarithms of probabilities.
 *
 * <p>reduction "none" [N, S...], "sum" or "mean" (the sum divided by that of the weights used).
 * Targets equal to ignoreIndex (no such value unless given) count with loss and weight 0.
 */
public final class NegativeLogLikelihood {
  public static final OpDef OP =
      OpDef.named("negativeLogLikelihood")
          .inputs(2, 3)
          .attr("reduction", "mean")
          .attr("ignoreIndex")
          .types(NegativeLogLikelihood::types)
          .reference(NegativeLogLikelihood::run)
          .gradient(LikelihoodGradient::of)
          .define();

  private static List<Type> types(Operands in) {
    return List.of(Type.tensor(in.dtype(0), lossShape(in)));
  }

  /** Checks x, target and weight; the shape of the loss after reduction. */
  static Shape lossShape(Operands in) {
    in.require(in.dtype(0).isFloat(), "x must be a floating tensor");
    in.require(in.dtype(1).isInteger(), "targets must be integers");
    String reduction = in.attrs().text("reduction");
    in.require(
        List.of("none", "sum", "mean").contains(reduction),
        "reduction must be none, sum or mean, got %s",
        reduction);
    Shape x = in.shape(0);
    Shape target = in.shape(1);
    if (x.isRanked()) {
      in.require(x.rank() >= 2, "x must have a batch and a class axis");
    }
    if (x.isRanked() && target.isRanked()) {
      boolean good = target.rank() == x.rank() - 1;
      for (int a = 0; good && a < target.rank(); a++) {
        long size = x.size(a == 0 ? 0 : a + 1);
        good = size < 0 || target.size(a) < 0 || size == target.size(a);
      }
      in.require(good, "targets must be x without its class axis");
    }
    if (in.has(2) && in.shape(2).isRanked()) {
      Shape weight = in.shape(2);
      in.require(
          weight.rank() == 1
              && (!x.isRanked()
                  || weight.size(0) < 0
                  || x.size(1) < 0
                  || weight.size(0) == x.size(1)),
          "there must be one weight a class");
    }
    return reduction.equals("none") ? target : Shape.SCALAR;
  }

  private static List<Tensor> run(Evaluation in) {
    return List.of(loss(in, in.tensor(0).toDoubles()));
  }

  static Tensor loss(Evaluation in, double[] x) {
    Shape shape = in.tensor(0).shape();
    long[] targets = in.tensor(1).toLongs();
    int classes = Math.toIntExact(shape.size(1));
    int batch = Math.toIntExact(shape.size(0));
    int positions = batch == 0 ? 0 : targets.length / batch;
    double[] weight = in.has(2) ? in.tensor(2).toDoubles() : new double[0];
    boolean ignores = in.attrs().has("ignoreIndex");
    double[] losses = new double[targets.length];
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < targets.length; i++) {
      long t = targets[i];
      if (ignores && t == in.attrs().integer("ignoreIndex")) {
        continue;
      }
      if (t < 0 || t >= classes) {
        throw in.error("target %d is not one of %d classes", t, classes);
      }
      double w = weight.length > 0 ? weight[(int) t] : 1;
      losses[i] = -w * x[(i / positions * classes + (int) t) * positions + i % positions];
      sum += losses[i];
      weights += w;
    }
    return switch (in.attrs().text("reduction")) {
      case "none" -> Tensor.rounded(in.tensor(0).dtype(), in.tensor(1).shape(), losses);
      case "sum" -> Tensor.scalar(in.tensor(0).dtype(), sum);
      default -> Tensor.scalar(in.tensor(0).dtype(), sum / weights);
    };
  }

  private NegativeLogLikelihood() {}
}
