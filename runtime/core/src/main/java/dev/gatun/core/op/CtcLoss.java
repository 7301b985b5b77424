package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * ctcLoss(x [T, N, C], targets, lengths [N], targetLengths [N]) [N]: minus the logarithm of the
 * probability of all alignments of a target to the first lengths[n] steps (Graves and others 2006,
 * section 4.1); x holds logarithms of probabilities.
 *
 * <p>targets is [N, S], of which the first targetLengths[n] count, or all of them one after
 * another. A target that does not fit has infinite loss, 0 with zeroInfinity.
 */
public final class CtcLoss {
  public static final OpDef OP =
      OpDef.named("ctcLoss")
          .inputs(4)
          .attr("blank", 0)
          .attr("zeroInfinity", false)
          .types(CtcLoss::types)
          .reference(CtcLoss::run)
          .gradient(CtcLossGradient::rule)
          .define();

  static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    in.require(
        in.dtype(0).isFloat() && (!x.isRanked() || x.rank() == 3),
        "x must be floating [time, batch, class]");
    for (int i = 1; i < 4; i++) {
      in.require(in.dtype(i).isInteger(), "targets and lengths must be integers");
    }
    Shape targets = in.shape(1);
    in.require(
        !targets.isRanked() || targets.rank() == 1 || targets.rank() == 2,
        "targets must be [batch, length] or one after another");
    return List.of(Type.tensor(in.dtype(0), x.isRanked() ? x.size(1) : Shape.UNKNOWN));
  }

  /** One sequence of the batch. */
  interface Sequence {
    /**
     * Called for each sequence in order.
     *
     * @param offset where its first step is, in elements
     * @param stride elements between steps
     */
    void visit(int n, int offset, int stride, int time, long[] target);
  }

  /** Checks lengths and targets and visits every sequence. */
  static void eachSequence(Evaluation in, Sequence sequence) {
    Shape shape = in.tensor(0).shape();
    int time = Math.toIntExact(shape.size(0));
    int batch = Math.toIntExact(shape.size(1));
    int classes = Math.toIntExact(shape.size(2));
    long[] targets = in.tensor(1).toLongs();
    long[] lengths = in.tensor(2).toLongs();
    long[] targetLengths = in.tensor(3).toLongs();
    if (lengths.length != batch || targetLengths.length != batch) {
      throw in.error(
          "%d sequences need as many lengths and target lengths, got %d and %d",
          batch, lengths.length, targetLengths.length);
    }
    boolean padded = in.tensor(1).shape().rank() == 2;
    int next = 0;
    for (int n = 0; n < batch; n++) {
      int from = padded ? n * (targets.length / batch) : next;
      long to = from + targetLengths[n];
      if (targetLengths[n] < 0
          || to > targets.length
          || padded && targetLengths[n] > targets.length / batch
          || lengths[n] < 0
          || lengths[n] > time) {
        throw in.error("sequence %d: length or target length is out of range", n);
      }
      long[] target = Arrays.copyOfRange(targets, from, (int) to);
      next = (int) to;
      for (long label : target) {
        if (label < 0 || label >= classes) {
          throw in.error("target %d is not one of %d classes", label, classes);
        }
      }
      sequence.visit(n, n * classes, batch * classes, (int) lengths[n], target);
    }
  }

  private static List<Tensor> run(Evaluation in) {
    double[] x = in.tensor(0).toDoubles();
    double[] losses = new double[Math.toIntExact(in.tensor(0).shape().size(1))];
    int blank = in.attrs().intValue("blank");
    boolean zeroInfinity = in.attrs().flag("zeroInfinity");
    eachSequence(
        in,
        (n, offset, stride, time, target) -> {
          losses[n] = loss(x, offset, stride, time, target, blank);
          if (zeroInfinity && Double.isInfinite(losses[n])) {
            losses[n] = 0;
          }
        });
    return List.of(Tensor.rounded(in.tensor(0).dtype(), Shape.of(losses.length), losses));
  }

  private static double loss(
      double[] x, int offset, int stride, int time, long[] target, int blank) {
    if (time == 0) {
      return target.length == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double[] alpha = new double[0];
    for (int t = 0; t < time; t++) {
      double[] next = new double[2 * target.length + 1];
      step(alpha, next, x, t * stride + offset, target, blank);
      alpha = next;
    }
    return -end(alpha);
  }

  /** What is seen in a state: a blank before, between and after the labels. */
  static int label(long[] target, int blank, int state) {
    return state % 2 == 0 ? blank : (int) target[state / 2];
  }

  /** Whether the blank before a state may be left out. */
  static boolean skips(long[] target, int state) {
    return state > 1 && state % 2 == 1 && target[state / 2] != target[state / 2 - 1];
  }

  /**
   * The forward recursion.
   *
   * @param alpha logarithms of probabilities of the states one step before; empty at the first
   * @param at where the classes of this step are in x
   */
  static void step(double[] alpha, double[] next, double[] x, int at, long[] target, int blank) {
    for (int s = 0; s < next.length; s++) {
      double sum;
      if (alpha.length == 0) {
        sum = s < 2 ? 0 : Double.NEGATIVE_INFINITY;
      } else {
        sum = alpha[s];
        sum = s > 0 ? logAdd(sum, alpha[s - 1]) : sum;
        sum = skips(target, s) ? logAdd(sum, alpha[s - 2]) : sum;
      }
      next[s] = sum + x[at + label(target, blank, s)];
    }
  }

  /** The logarithm of the probability of being at the end. */
  static double end(double[] alpha) {
    int states = alpha.length;
    return states > 1 ? logAdd(alpha[states - 1], alpha[states - 2]) : alpha[0];
  }

  static double logAdd(double a, double b) {
    double max = Math.max(a, b);
    return max == Double.NEGATIVE_INFINITY ? max : max + Math.log1p(Math.exp(Math.min(a, b) - max));
  }

  private CtcLoss() {}
}
