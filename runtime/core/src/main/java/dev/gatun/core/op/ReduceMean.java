package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/**
 * reduceMean(x, axes?) = the mean along the axes; NaN over nothing; integers truncate, 0 over
 * nothing.
 */
public final class ReduceMean {
  public static final OpDef OP =
      Reduction.define(
          "reduceMean",
          v -> ReduceSum.sum(v) / v.length,
          (type, v) -> mean(type, v),
          ReductionGradient::mean);

  private static long mean(DType type, long[] values) {
    if (values.length == 0) {
      return 0;
    }
    long sum = ReduceSum.sum(values);
    return type == DType.U64 ? Long.divideUnsigned(sum, values.length) : sum / values.length;
  }

  private ReduceMean() {}
}
