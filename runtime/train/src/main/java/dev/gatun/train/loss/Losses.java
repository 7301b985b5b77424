package dev.gatun.train.loss;

import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LossReduction;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * The usual losses. x is the prediction, t the target; each is the mean over what counts unless
 * {@link Loss#reduction(LossReduction)} says otherwise, and each takes sample weights (the field
 * {@code weight} of a batch). A loss of one's own is {@link #of}.
 */
public final class Losses {
  /**
   * Cross entropy of softmax(x) with x [N, C, ...] and class numbers t [N, ...]: -log
   * softmax(x)[t]; the gradient of a sample is softmax(x) - onehot(t).
   */
  public static CrossEntropy softmaxCrossEntropy() {
    return new CrossEntropy(
        1, List.of(), 0, dev.gatun.core.op.Losses.IGNORED, false, LossReduction.MEAN);
  }

  /**
   * The usual loss of a net by what its one output ends with, as the trainer's default: a softmax
   * or several numbers (logits) mean classes, a sigmoid yes or no, one number is the value itself.
   */
  public static Objective ofHead() {
    return new HeadLoss();
  }

  /** -x[t] where x [N, C, ...] holds logarithms of probabilities. */
  public static CrossEntropy negativeLogLikelihood() {
    return new CrossEntropy(
        1, List.of(), 0, dev.gatun.core.op.Losses.IGNORED, true, LossReduction.MEAN);
  }

  /** Cross entropy of softmax(x) and probabilities t, both [N, C, ...]: -sum over C of t log p. */
  public static Loss softLabelCrossEntropy() {
    return new ElementLoss((x, t) -> t.mul(x.logSoftmax(1)).sum(1).neg());
  }

  /** Cross entropy where x holds probabilities, not below 1e-12: -sum over C of t log x. */
  public static Loss categoricalCrossEntropy() {
    return new ElementLoss((x, t) -> t.mul(x.max(1e-12).log()).sum(1).neg());
  }

  /** (x - t)^2. */
  public static Loss meanSquaredError() {
    return new ElementLoss((x, t) -> x.sub(t).square());
  }

  /** |x - t|; the gradient at 0 is 0. */
  public static Loss meanAbsoluteError() {
    return new ElementLoss((x, t) -> x.sub(t).abs());
  }

  /** With d = |x - t|: d^2 / 2 up to delta, delta (d - delta / 2) beyond. */
  public static Loss huber(double delta) {
    requirePositive("huber: delta", delta);
    return core((b, x, t) -> dev.gatun.core.op.Losses.huber(b, x, t, delta, LossReduction.NONE));
  }

  /** {@link #huber} divided by its delta. */
  public static Loss smoothL1(double beta) {
    requirePositive("smoothL1: beta", beta);
    return core((b, x, t) -> dev.gatun.core.op.Losses.smoothL1(b, x, t, beta, LossReduction.NONE));
  }

  /** log(cosh(x - t)), without overflow. */
  public static Loss logCosh() {
    return new ElementLoss(
        (x, t) -> {
          Flow d = x.sub(t).abs();
          return d.add(d.mul(-2).softplus()).sub(Math.log(2));
        });
  }

  /** max(q (t - x), (q - 1) (t - x)): its least is at the q-th quantile. */
  public static Loss quantile(double q) {
    if (!(q > 0 && q < 1)) {
      throw new GatunException("quantile: must be between 0 and 1, got " + q);
    }
    return new ElementLoss(
        (x, t) -> {
          Flow d = t.sub(x);
          return d.mul(q).max(d.mul(q - 1));
        });
  }

  /** -(t log x + (1 - t) log(1 - x)), x probabilities, logarithms not below -100. */
  public static Loss binaryCrossEntropy() {
    return core(
        (b, x, t) ->
            dev.gatun.core.op.Losses.binaryCrossEntropy(b, x, t, Value.ABSENT, LossReduction.NONE));
  }

  /**
   * Binary cross entropy of sigmoid(x), finite for any x; the gradient of an element is sigmoid(x)
   * - t.
   */
  public static Loss sigmoidCrossEntropy() {
    return core(
        (b, x, t) ->
            dev.gatun.core.op.Losses.binaryCrossEntropyWithLogits(
                b, x, t, Value.ABSENT, Value.ABSENT, LossReduction.NONE));
  }

  /** {@link #sigmoidCrossEntropy} with losses of t = 1 times a weight. */
  public static Loss sigmoidCrossEntropy(double positiveWeight) {
    requirePositive("sigmoidCrossEntropy: the positive weight", positiveWeight);
    return new ElementLoss(
        (x, t) ->
            x.with(
                dev.gatun.core.op.Losses.binaryCrossEntropyWithLogits(
                    x.graph(),
                    x.value(),
                    t.value(),
                    Value.ABSENT,
                    x.number(positiveWeight).value(),
                    LossReduction.NONE)));
  }

  /**
   * -alpha_t (1 - p_t)^gamma log p_t with p = sigmoid(x), p_t = p for t = 1 and 1 - p for t = 0,
   * alpha_t likewise (Lin and others 2017); usual are 0.25 and 2. A negative alpha is left out.
   */
  public static Loss focal(double alpha, double gamma) {
    return core(
        (b, x, t) -> dev.gatun.core.op.Losses.focal(b, x, t, alpha, gamma, LossReduction.NONE));
  }

  /** max(0, 1 - x t) with raw scores x and targets -1 and 1. */
  public static Loss hinge() {
    return new ElementLoss((x, t) -> x.mul(t).subFrom(1).max(0));
  }

  /** max(0, 1 - x t)^2 with raw scores x and targets -1 and 1. */
  public static Loss squaredHinge() {
    return new ElementLoss((x, t) -> x.mul(t).subFrom(1).max(0).square());
  }

  /** {@link #hinge} with targets 0 and 1, which become -1 and 1. */
  public static Loss hingeOfZeroAndOne() {
    return new ElementLoss((x, t) -> x.mul(t.mul(2).sub(1)).subFrom(1).max(0));
  }

  /** t (log t - x), 0 where t is 0; x are logarithms of probabilities, t probabilities. */
  public static Loss klDivergence() {
    return core((b, x, t) ->
            dev.gatun.core.op.Losses.klDivergence(b, x, t, false, LossReduction.NONE))
        .reduction(LossReduction.BATCH_MEAN);
  }

  /** e^x - t x: minus the log-likelihood of Poisson's distribution with rate e^x, up to log t!. */
  public static Loss poisson() {
    return new ElementLoss((x, t) -> x.exp().sub(t.mul(x)));
  }

  /** 1 - cos(x, t) over the last axis. */
  public static Loss cosine() {
    return new ElementLoss((x, t) -> Similarity.cosine(x, t).subFrom(1));
  }

  /** 1 - (2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth), p = sigmoid(x), sums over a sample. */
  public static Loss dice(double smooth) {
    return new ElementLoss(
        (x, t) -> {
          long[] axes = new long[x.rank() - 1];
          for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 1L;
          }
          Flow p = x.sigmoid();
          Flow both = p.mul(t).sum(axes).mul(2).add(smooth);
          return both.div(p.sum(axes).add(t.sum(axes)).add(smooth)).subFrom(1);
        });
  }

  /** A loss of one's own: a formula of prediction and target, which has the prediction's type. */
  public static Loss of(BinaryOperator<Flow> formula) {
    return new ElementLoss(formula);
  }

  /** A loss of one's own whose target has a type of its own. */
  public static Loss of(DType dtype, long[] sample, BinaryOperator<Flow> formula) {
    Input target = new Input("y", dtype, Shape.of(sample));
    return new Loss() {
      @Override
      public Input target(Flow prediction) {
        return target;
      }

      @Override
      public Terms terms(Flow prediction, Flow t) {
        return Terms.of(formula.apply(prediction, t));
      }
    };
  }

  /** A loss for each output, added up; targets are the fields {@code y0}, {@code y1}, ... . */
  public static Objective perOutput(Loss... losses) {
    double[] ones = new double[losses.length];
    Arrays.fill(ones, 1);
    return perOutput(List.of(losses), ones);
  }

  /** A loss for each output, times a factor and added up. */
  public static Objective perOutput(List<Loss> losses, double... factors) {
    List<Loss> all = List.copyOf(losses);
    if (all.isEmpty() || factors.length != all.size()) {
      throw new GatunException(
          "perOutput: " + all.size() + " losses need as many factors, got " + factors.length);
    }
    double[] times = factors.clone();
    return new Objective() {
      @Override
      public List<Input> targets(List<Flow> outputs) {
        if (outputs.size() != all.size()) {
          throw new GatunException(
              "perOutput: " + all.size() + " losses for " + outputs.size() + " outputs");
        }
        List<Input> targets = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
          Input type = all.get(i).target(outputs.get(i));
          String name = all.get(i).targetName();
          targets.add(new Input(name.equals("y") ? "y" + i : name, type.dtype(), type.shape()));
        }
        return targets;
      }

      @Override
      public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
        Flow sum = outputs.get(0).number(0);
        for (int i = 0; i < all.size(); i++) {
          Flow loss = all.get(i).value(List.of(outputs.get(i)), List.of(targets.get(i)), weights);
          sum = sum.add(loss.mul(times[i]));
        }
        return sum;
      }
    };
  }

  /** A formula of core as a loss of elements. */
  private interface Formula {
    Value build(dev.gatun.core.graph.GraphBuilder b, Value x, Value t);
  }

  private static Loss core(Formula formula) {
    return new ElementLoss((x, t) -> x.with(formula.build(x.graph(), x.value(), t.value())));
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0)) {
      throw new GatunException(what + " must be positive, got " + value);
    }
  }

  private Losses() {}
}
