package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** reduceLogSum(x, axes?) = the logarithm of the sum along the axes; integers truncate. */
public final class ReduceLogSum {
  public static final OpDef OP =
      Reduction.define(
          "reduceLogSum",
          ReduceLogSum::log,
          Reduction.truncated(ReduceLogSum::log),
          ReductionGradient::logSum);

  private static double log(double[] values) {
    return Math.log(ReduceSum.sum(values));
  }

  private ReduceLogSum() {}
}
