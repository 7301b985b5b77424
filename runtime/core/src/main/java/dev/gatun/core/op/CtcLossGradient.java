package dev.gatun.core.op;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * ctcLossGradient(x [T, N, C], targets, lengths [N], targetLengths [N], dy [N]) [T, N, C]: the
 * gradient of {@link CtcLoss} with respect to x, which is minus the probability that an alignment
 * has label c at step t, given the target (Graves and others 2006, section 4.2).
 *
 * <p>A target that does not fit has gradient NaN, 0 with zeroInfinity.
 */
public final class CtcLossGradient {
  public static final OpDef OP =
      OpDef.named("ctcLossGradient")
          .inputs(5)
          .attr("blank", 0)
          .attr("zeroInfinity", false)
          .types(
              in -> {
                CtcLoss.types(in);
                in.require(in.dtype(4) == in.dtype(0), "dy must have the type of x");
                return List.of(in.type(0));
              })
          .reference(CtcLossGradient::run)
          .define();

  static List<Value> rule(Backward g) {
    return List.of(g.b().add(OP, g.attrs(), g.x(0), g.x(1), g.x(2), g.x(3), g.dy()));
  }

  private static List<Tensor> run(Evaluation in) {
    double[] x = in.tensor(0).toDoubles();
    double[] dy = in.tensor(4).toDoubles();
    double[] dx = new double[x.length];
    int blank = in.attrs().intValue("blank");
    boolean zeroInfinity = in.attrs().flag("zeroInfinity");
    CtcLoss.eachSequence(
        in,
        (n, offset, stride, time, target) ->
            add(x, dx, dy[n], offset, stride, time, target, blank, zeroInfinity));
    return List.of(Tensor.rounded(in.tensor(0).dtype(), in.tensor(0).shape(), dx));
  }

  private static void add(
      double[] x,
      double[] dx,
      double dy,
      int offset,
      int stride,
      int time,
      long[] target,
      int blank,
      boolean zeroInfinity) {
    int states = 2 * target.length + 1;
    double[][] alpha = new double[time][states];
    for (int t = 0; t < time; t++) {
      CtcLoss.step(
          t == 0 ? new double[0] : alpha[t - 1], alpha[t], x, t * stride + offset, target, blank);
    }
    double total = time == 0 ? Double.NEGATIVE_INFINITY : CtcLoss.end(alpha[time - 1]);
    if (total == Double.NEGATIVE_INFINITY && (zeroInfinity || time == 0)) {
      return;
    }
    double[] beta = new double[states];
    for (int t = time - 1; t >= 0; t--) {
      beta = t == time - 1 ? last(states) : back(beta, x, (t + 1) * stride + offset, target, blank);
      for (int s = 0; s < states; s++) {
        int label = CtcLoss.label(target, blank, s);
        dx[t * stride + offset + label] -= dy * Math.exp(alpha[t][s] + beta[s] - total);
      }
    }
  }

  private static double[] last(int states) {
    double[] beta = new double[states];
    Arrays.fill(beta, Double.NEGATIVE_INFINITY);
    beta[states - 1] = 0;
    beta[Math.max(states - 2, 0)] = 0;
    return beta;
  }

  /** The probability of what follows a state, from that of what follows the next ones. */
  private static double[] back(double[] after, double[] x, int at, long[] target, int blank) {
    double[] beta = new double[after.length];
    for (int s = 0; s < beta.length; s++) {
      double sum = after[s] + x[at + CtcLoss.label(target, blank, s)];
      for (int next = s + 1; next <= s + 2 && next < beta.length; next++) {
        if (next == s + 1 || CtcLoss.skips(target, next)) {
          sum = CtcLoss.logAdd(sum, after[next] + x[at + CtcLoss.label(target, blank, next)]);
        }
      }
      beta[s] = sum;
    }
    return beta;
  }

  private CtcLossGradient() {}
}
