package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** reduceSumSquare(x, axes?) = the sum of squares along the axes; integers wrap around. */
public final class ReduceSumSquare {
  public static final OpDef OP =
      Reduction.define(
          "reduceSumSquare",
          ReduceSumSquare::sum,
          (type, v) -> sum(v),
          ReductionGradient::sumSquare);

  static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return sum;
  }

  private static long sum(long[] values) {
    long sum = 0;
    for (long value : values) {
      sum += value * value;
    }
    return sum;
  }

  private ReduceSumSquare() {}
}
