package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** reduceL2(x, axes?) = the square root of the sum of squares along the axes; integers truncate. */
public final class ReduceL2 {
  public static final OpDef OP =
      Reduction.define(
          "reduceL2", ReduceL2::norm, Reduction.truncated(ReduceL2::norm), ReductionGradient::l2);

  private static double norm(double[] values) {
    return Math.sqrt(ReduceSumSquare.sum(values));
  }

  private ReduceL2() {}
}
