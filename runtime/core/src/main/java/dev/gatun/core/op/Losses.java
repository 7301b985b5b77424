package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;

/**
 * Loss functions of one prediction and its target, written into a graph; the formulas are
 * PyTorch's. {@link PairLosses} has those that compare embeddings.
 */
public final class Losses {
  /** The target that counts for nothing by default. */
  public static final long IGNORED = -100;

  /** (x - t)^2. */
  public static Value mse(GraphBuilder b, Value x, Value t, LossReduction reduction) {
    Formula f = new Formula(b);
    return f.reduce(f.square(f.sub(x, t)), reduction);
  }

  /** |x - t|. */
  public static Value l1(GraphBuilder b, Value x, Value t, LossReduction reduction) {
    Formula f = new Formula(b);
    return f.reduce(f.abs(f.sub(x, t)), reduction);
  }

  /** With d = |x - t|: d^2 / 2 below delta, delta (d - delta / 2) from there on. */
  public static Value huber(
      GraphBuilder b, Value x, Value t, double delta, LossReduction reduction) {
    Formula f = new Formula(b);
    Value d = f.abs(f.sub(x, t));
    Value near = f.mul(f.square(d), 0.5);
    Value far = f.mul(f.add(d, -delta / 2), delta);
    return f.reduce(f.where(f.less(d, delta), near, far), reduction);
  }

  /** With d = |x - t|: d^2 / (2 beta) below beta, d - beta / 2 from there on. */
  public static Value smoothL1(
      GraphBuilder b, Value x, Value t, double beta, LossReduction reduction) {
    if (beta == 0) {
      return l1(b, x, t, reduction);
    }
    Formula f = new Formula(b);
    Value d = f.abs(f.sub(x, t));
    Value near = f.mul(f.square(d), 0.5 / beta);
    return f.reduce(f.where(f.less(d, beta), near, f.add(d, -beta / 2)), reduction);
  }

  /**
   * Minus the logarithm of the probability of the target class.
   *
   * @param x logarithms of probabilities [N, C, S...]
   * @param t class numbers [N, S...]
   * @param weight one a class, or {@link Value#ABSENT}; the mean is over the weights
   */
  public static Value negativeLogLikelihood(
      GraphBuilder b, Value x, Value t, Value weight, long ignoreIndex, LossReduction reduction) {
    Attrs attrs = Attrs.of("ignoreIndex", ignoreIndex, "reduction", name(reduction));
    Value loss = b.add(NegativeLogLikelihood.OP, attrs, x, t, weight);
    return reduction == LossReduction.BATCH_MEAN ? new Formula(b).reduce(loss, reduction) : loss;
  }

  private static String name(LossReduction reduction) {
    return switch (reduction) {
      case NONE, BATCH_MEAN -> "none";
      case SUM -> "sum";
      case MEAN -> "mean";
    };
  }

  /**
   * {@link #negativeLogLikelihood} of logSoftmax(x) over axis 1, towards a target that gives each
   * other class its share of {@code smoothing} (Szegedy and others 2015, section 7).
   */
  public static Value crossEntropy(
      GraphBuilder b,
      Value x,
      Value t,
      Value weight,
      double smoothing,
      long ignoreIndex,
      LossReduction reduction) {
    Formula f = new Formula(b);
    int axis = classAxis(x);
    Value logP = f.logSoftmax(x, axis);
    if (axis == 0) { // one sample: a batch of one
      Value row = b.constant(Tensor.vector(0));
      Value batchOfOne = b.add(Unsqueeze.OP, logP, row);
      Value target = b.add(Unsqueeze.OP, t, row);
      LossReduction inner = reduction == LossReduction.NONE ? LossReduction.SUM : reduction;
      return smoothed(b, batchOfOne, target, weight, smoothing, ignoreIndex, inner);
    }
    return smoothed(b, logP, t, weight, smoothing, ignoreIndex, reduction);
  }

  private static int classAxis(Value x) {
    return x.tensorType().shape().rank() == 1 ? 0 : 1;
  }

  private static Value smoothed(
      GraphBuilder b,
      Value logP,
      Value t,
      Value weight,
      double smoothing,
      long ignoreIndex,
      LossReduction reduction) {
    if (smoothing == 0) {
      return negativeLogLikelihood(b, logP, t, weight, ignoreIndex, reduction);
    }
    Formula f = new Formula(b);
    DType dtype = logP.tensorType().dtype();
    long classes = logP.tensorType().shape().size(1);
    Value nll = negativeLogLikelihood(b, logP, t, weight, ignoreIndex, LossReduction.NONE);
    Value ignored = f.equal(t, (double) ignoreIndex);
    Value weighted = weight.isAbsent() ? logP : f.mul(logP, perClass(b, weight, logP));
    Value all = f.neg(f.sum(weighted, 1));
    all = f.where(ignored, f.number(all, 0), all);
    Value losses = f.add(f.mul(nll, 1 - smoothing), f.mul(all, smoothing / classes));
    if (reduction != LossReduction.MEAN) {
      return f.reduce(losses, reduction);
    }
    Value one = b.constant(Tensor.scalar(dtype, 1));
    Value used =
        weight.isAbsent()
            ? one
            : b.add(Gather.OP, Attrs.of("axis", 0), weight, f.where(ignored, f.number(t, 0), t));
    Value counted = f.where(ignored, f.number(one, 0), used);
    return f.div(f.total(losses), f.total(counted));
  }

  /** Weights [C] as [C, 1...], to be multiplied with [N, C, S...]. */
  private static Value perClass(GraphBuilder b, Value weight, Value x) {
    long[] axes = new long[x.tensorType().shape().rank() - 2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i + 1L;
    }
    return axes.length == 0 ? weight : b.add(Unsqueeze.OP, weight, b.constant(Tensor.vector(axes)));
  }

  /** Cross entropy towards probabilities t of the same shape as x, classes on axis 1. */
  public static Value denseCrossEntropy(
      GraphBuilder b, Value x, Value t, Value weight, double smoothing, LossReduction reduction) {
    Formula f = new Formula(b);
    int axis = classAxis(x);
    long classes = x.tensorType().shape().size(axis);
    Value target = smoothing == 0 ? t : f.add(f.mul(t, 1 - smoothing), smoothing / classes);
    Value product = f.mul(target, f.logSoftmax(x, axis));
    if (!weight.isAbsent()) {
      product = f.mul(product, axis == 0 ? weight : perClass(b, weight, x));
    }
    return f.reduce(f.neg(f.sum(product, axis)), reduction);
  }

  /** -(t log x + (1 - t) log(1 - x)) with logarithms not below -100; x are probabilities. */
  public static Value binaryCrossEntropy(
      GraphBuilder b, Value x, Value t, Value weight, LossReduction reduction) {
    Formula f = new Formula(b);
    Value yes = f.mul(t, f.max(f.log(x), -100));
    Value no = f.mul(f.sub(1, t), f.max(b.add(Log1p.OP, f.neg(x)), -100));
    Value loss = f.neg(f.add(yes, no));
    return f.reduce(weight.isAbsent() ? loss : f.mul(loss, weight), reduction);
  }

  /**
   * Binary cross entropy of sigmoid(x), finite for any x: (1 - t) x + (1 + (p - 1) t) softplus(-x)
   * where p = positiveWeight.
   */
  public static Value binaryCrossEntropyWithLogits(
      GraphBuilder b,
      Value x,
      Value t,
      Value weight,
      Value positiveWeight,
      LossReduction reduction) {
    Formula f = new Formula(b);
    Value log = f.softplus(f.neg(x));
    if (!positiveWeight.isAbsent()) {
      log = f.mul(log, f.add(f.mul(f.add(positiveWeight, -1), t), 1));
    }
    Value loss = f.add(f.mul(f.sub(1, t), x), log);
    return f.reduce(weight.isAbsent() ? loss : f.mul(loss, weight), reduction);
  }

  /**
   * Binary cross entropy of sigmoid(x) times (1 - q)^gamma, q the probability of the target, times
   * alpha for t = 1 and 1 - alpha for t = 0 (Lin and others 2017); a negative alpha is left out.
   */
  public static Value focal(
      GraphBuilder b, Value x, Value t, double alpha, double gamma, LossReduction reduction) {
    Formula f = new Formula(b);
    Value entropy =
        binaryCrossEntropyWithLogits(b, x, t, Value.ABSENT, Value.ABSENT, LossReduction.NONE);
    Value p = f.sigmoid(x);
    Value wrong = f.add(f.mul(f.sub(1, p), t), f.mul(p, f.sub(1, t)));
    Value loss = f.mul(entropy, f.pow(wrong, gamma));
    if (alpha >= 0) {
      loss = f.mul(loss, f.add(f.mul(t, alpha), f.mul(f.sub(1, t), 1 - alpha)));
    }
    return f.reduce(loss, reduction);
  }

  /** max(0, margin - x t) with targets -1 and 1. */
  public static Value hinge(
      GraphBuilder b, Value x, Value t, double margin, LossReduction reduction) {
    Formula f = new Formula(b);
    return f.reduce(f.max(f.sub(margin, f.mul(x, t)), 0), reduction);
  }

  /** t (log t - x), 0 where t is 0; x and, if logTarget, t are logarithms of probabilities. */
  public static Value klDivergence(
      GraphBuilder b, Value x, Value t, boolean logTarget, LossReduction reduction) {
    Formula f = new Formula(b);
    if (logTarget) {
      return f.reduce(f.mul(f.exp(t), f.sub(t, x)), reduction);
    }
    Value zero = f.number(t, 0);
    Value positive = f.less(f.neg(t), 0);
    Value safe = f.where(positive, t, f.number(t, 1));
    Value entropy = f.where(positive, f.mul(t, f.log(safe)), zero);
    return f.reduce(f.sub(entropy, f.mul(t, x)), reduction);
  }

  /**
   * KL(N(mean, exp(logVariance)) || N(0, 1)), summed over features [N, F...]: the loss of a VAE.
   */
  public static Value gaussianKl(
      GraphBuilder b, Value mean, Value logVariance, LossReduction reduction) {
    Formula f = new Formula(b);
    Value inner = f.sub(f.sub(f.add(logVariance, 1), f.square(mean)), f.exp(logVariance));
    // A mean over the batch of sums over features is the batch mean.
    return f.reduce(
        f.mul(inner, -0.5), reduction == LossReduction.MEAN ? LossReduction.BATCH_MEAN : reduction);
  }

  /** 1 - (2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth), p = sigmoid(x), sums over all. */
  public static Value dice(GraphBuilder b, Value x, Value t, double smooth) {
    Formula f = new Formula(b);
    Value p = f.sigmoid(x);
    Value both = f.add(f.mul(f.total(f.mul(p, t)), 2), smooth);
    Value either = f.add(f.add(f.total(p), f.total(t)), smooth);
    return f.sub(1, f.div(both, either));
  }

  /**
   * exp(x) - t x if x is the logarithm of the rate, else x - t log(x + epsilon); full adds
   * Stirling's approximation of log(t!) where t > 1.
   */
  public static Value poissonNll(
      GraphBuilder b,
      Value x,
      Value t,
      boolean logInput,
      boolean full,
      double epsilon,
      LossReduction reduction) {
    Formula f = new Formula(b);
    Value loss =
        logInput ? f.sub(f.exp(x), f.mul(t, x)) : f.sub(x, f.mul(t, f.log(f.add(x, epsilon))));
    if (full) {
      Value large = f.less(f.neg(t), -1);
      Value safe = f.where(large, t, f.number(t, 1));
      Value stirling =
          f.add(f.sub(f.mul(safe, f.log(safe)), safe), f.mul(f.log(f.mul(safe, 2 * Math.PI)), 0.5));
      loss = f.add(loss, f.where(large, stirling, f.number(t, 0)));
    }
    return f.reduce(loss, reduction);
  }

  /**
   * (log v + (x - t)^2 / v) / 2 with v = max(variance, epsilon); full adds log(2 pi) / 2. A
   * variance [N...] without the last axis of x counts for all of it.
   */
  public static Value gaussianNll(
      GraphBuilder b,
      Value x,
      Value t,
      Value variance,
      boolean full,
      double epsilon,
      LossReduction reduction) {
    Formula f = new Formula(b);
    if (variance.tensorType().shape().rank() == x.tensorType().shape().rank() - 1) {
      variance = b.add(Unsqueeze.OP, variance, b.constant(Tensor.vector(-1)));
    }
    Value v = f.max(variance, epsilon);
    Value loss = f.mul(f.add(f.log(v), f.div(f.square(f.sub(x, t)), v)), 0.5);
    return f.reduce(full ? f.add(loss, 0.5 * Math.log(2 * Math.PI)) : loss, reduction);
  }

  /**
   * {@link CtcLoss}; the mean is that of each loss divided by the length of its target (at least
   * 1).
   */
  public static Value ctc(
      GraphBuilder b,
      Value logP,
      Value targets,
      Value lengths,
      Value targetLengths,
      long blank,
      boolean zeroInfinity,
      LossReduction reduction) {
    Formula f = new Formula(b);
    Value losses =
        b.add(
            CtcLoss.OP,
            Attrs.of("blank", blank, "zeroInfinity", zeroInfinity),
            logP,
            targets,
            lengths,
            targetLengths);
    if (reduction == LossReduction.MEAN) {
      DType dtype = losses.tensorType().dtype();
      return f.mean(f.div(losses, f.max(f.cast(targetLengths, dtype), 1)));
    }
    return f.reduce(losses, reduction);
  }

  private Losses() {}
}
