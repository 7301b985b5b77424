package dev.gatun.train.loss;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.LossReduction;
import dev.gatun.core.op.NegativeLogLikelihood;
import dev.gatun.core.op.SoftmaxCrossEntropy;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Cross entropy of softmax(x) and class numbers: -log p[t], p = softmax(x). The classes lie on axis
 * 1, as in [N, C, H, W], or on the last one, as in [N, T, C]; targets are whole numbers, x without
 * that axis.
 *
 * @param axis of the classes
 * @param weights one a class; the mean is over the weights of the targets
 * @param smoothing part of the target that all classes share (Szegedy and others 2015)
 * @param ignored a target that does not count
 * @param likelihood whether x holds logarithms of probabilities already
 */
public record CrossEntropy(
    int axis,
    List<Double> weights,
    double smoothing,
    long ignored,
    boolean likelihood,
    LossReduction reduction)
    implements Loss {
  public CrossEntropy {
    weights = List.copyOf(weights);
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new GatunException("crossEntropy: smoothing must be in [0, 1), got " + smoothing);
    }
    if (axis != 1 && axis != -1) {
      throw new GatunException("crossEntropy: classes lie on axis 1 or -1, not " + axis);
    }
  }

  /** With a weight for each class. */
  public CrossEntropy classWeights(double... perClass) {
    List<Double> list = Arrays.stream(perClass).boxed().toList();
    return new CrossEntropy(axis, list, smoothing, ignored, likelihood, reduction);
  }

  /** With a part of each target given to all classes. */
  public CrossEntropy labelSmoothing(double part) {
    return new CrossEntropy(axis, weights, part, ignored, likelihood, reduction);
  }

  /** With a target that does not count; -100 by default. */
  public CrossEntropy ignoreIndex(long target) {
    return new CrossEntropy(axis, weights, smoothing, target, likelihood, reduction);
  }

  /** With the classes on the last axis, as of [N, T, C]. */
  public CrossEntropy lastAxis() {
    return new CrossEntropy(-1, weights, smoothing, ignored, likelihood, reduction);
  }

  @Override
  public CrossEntropy reduction(LossReduction other) {
    return new CrossEntropy(axis, weights, smoothing, ignored, likelihood, other);
  }

  @Override
  public Input target(Flow x) {
    if (x.rank() < 2) {
      throw new GatunException("crossEntropy: needs [batch, classes, ...], got " + x.shape());
    }
    long classes = x.size(axis);
    if (!weights.isEmpty() && classes >= 0 && weights.size() != classes) {
      throw new GatunException(
          "crossEntropy: " + weights.size() + " class weights for " + classes + " classes");
    }
    long[] sizes = x.shape().sizes();
    return new Input(
        "y",
        DType.I64,
        Shape.of(
            axis == 1
                ? Arrays.copyOfRange(sizes, 2, sizes.length)
                : Arrays.copyOfRange(sizes, 1, sizes.length - 1)));
  }

  /** With the classes on axis 1 and, if they were last, all else on axis 0. */
  private Flow classesSecond(Flow x) {
    return axis == 1 || x.rank() == 2 ? x : x.reshape(-1, x.size(-1));
  }

  private Flow flat(Flow x, Flow target) {
    return axis == 1 || x.rank() == 2 ? target : target.reshape(-1);
  }

  @Override
  public Flow of(Flow prediction, Flow target, LossReduction how) {
    boolean plain = smoothing == 0 && (how == LossReduction.MEAN || how == LossReduction.SUM);
    if (!plain) {
      return terms(prediction, target).reduce(how, Optional.empty());
    }
    // The operator that has a kernel for both passes.
    Attrs attrs =
        Attrs.of("ignoreIndex", ignored, "reduction", how == LossReduction.MEAN ? "mean" : "sum");
    Flow x = classesSecond(prediction);
    Value weight = weights.isEmpty() ? Value.ABSENT : perClass(prediction).value();
    List<Value> args = List.of(x.value(), flat(prediction, target).value(), weight);
    return x.with(
        x.graph()
            .add(likelihood ? NegativeLogLikelihood.OP : SoftmaxCrossEntropy.OP, attrs, args, 1, "")
            .get(0));
  }

  @Override
  public Terms terms(Flow prediction, Flow target) {
    Flow x = classesSecond(prediction);
    Flow t = flat(prediction, target);
    Flow logs = likelihood ? x : x.logSoftmax(1);
    Attrs attrs = Attrs.of("ignoreIndex", ignored, "reduction", "none");
    Flow losses = logs.op(NegativeLogLikelihood.OP, attrs, t);
    Flow counts = t.equal((double) ignored).not().cast(x.dtype());
    Flow each = counts;
    if (!weights.isEmpty()) {
      Flow safe = t.number(0).where(t.equal((double) ignored), t);
      each = perClass(x).op(Gather.OP, Attrs.of("axis", 0), safe).mul(counts);
    }
    losses = losses.mul(each);
    if (smoothing > 0) {
      // As PyTorch: the share of the other classes is weighted by their own weights.
      Flow logsOfAll = logs;
      if (!weights.isEmpty()) {
        long[] sizes = new long[x.rank() - 1];
        Arrays.fill(sizes, 1);
        sizes[0] = weights.size();
        logsOfAll = logs.mul(perClass(x).reshape(sizes));
      }
      Flow spread = logsOfAll.mean(1).neg().mul(counts);
      losses = losses.mul(1 - smoothing).add(spread.mul(smoothing));
    }
    Flow shaped = axis == 1 || prediction.rank() == 2 ? losses : losses.reshape(shape(prediction));
    Flow shapedEach = axis == 1 || prediction.rank() == 2 ? each : each.reshape(shape(prediction));
    return new Terms(shaped, Optional.of(shapedEach));
  }

  private static long[] shape(Flow x) {
    long[] sizes = Arrays.copyOf(x.shape().sizes(), x.rank() - 1);
    sizes[0] = -1;
    return sizes;
  }

  private Flow perClass(Flow like) {
    double[] values = weights.stream().mapToDouble(Double::doubleValue).toArray();
    return like.constant(Tensor.rounded(like.dtype(), Shape.of(values.length), values));
  }
}
