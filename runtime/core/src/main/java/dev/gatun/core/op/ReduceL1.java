package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/** reduceL1(x, axes?) = the sum of absolute values along the axes; integers wrap around. */
public final class ReduceL1 {
  public static final OpDef OP =
      Reduction.define("reduceL1", ReduceL1::sum, ReduceL1::sum, ReductionGradient::l1);

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += Math.abs(value);
    }
    return sum;
  }

  private static long sum(DType type, long[] values) {
    long sum = 0;
    for (long value : values) {
      sum += type == DType.U64 ? value : Math.abs(value);
    }
    return sum;
  }

  private ReduceL1() {}
}
