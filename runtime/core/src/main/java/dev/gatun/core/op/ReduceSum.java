package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** reduceSum(x, axes?) = the sum along the axes; 0 over nothing; integers wrap around. */
public final class ReduceSum {
  public static final OpDef OP =
      Reduction.define("reduceSum", ReduceSum::sum, (type, v) -> sum(v), ReductionGradient::sum);

  static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  static long sum(long[] values) {
    long sum = 0;
    for (long value : values) {
      sum += value;
    }
    return sum;
  }

  private ReduceSum() {}
}
