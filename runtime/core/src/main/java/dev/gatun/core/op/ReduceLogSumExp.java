package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/**
 * reduceLogSumExp(x, axes?) = the logarithm of the sum of exponentials along the axes.
 *
 * <p>As max + log(sum(exp(x - max))), which does not overflow; integers truncate.
 */
public final class ReduceLogSumExp {
  public static final OpDef OP =
      Reduction.define(
          "reduceLogSumExp",
          ReduceLogSumExp::fold,
          Reduction.truncated(ReduceLogSumExp::fold),
          ReductionGradient::logSumExp);

  private static double fold(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    if (Double.isInfinite(max) || Double.isNaN(max)) {
      return max;
    }
    double sum = 0;
    for (double value : values) {
      sum += Math.exp(value - max);
    }
    return max + Math.log(sum);
  }

  private ReduceLogSumExp() {}
}
