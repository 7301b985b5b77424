package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/**
 * reduceMax(x, axes?) = the largest value along the axes; NaN if there is one; of booleans or.
 *
 * <p>Over nothing it is the smallest value of the type, for floats minus infinity.
 */
public final class ReduceMax {
  public static final OpDef OP =
      Reduction.define(
          "reduceMax", ReduceMax::fold, ReduceMax::fold, ReductionGradient::extreme, true);

  private static double fold(double[] values) {
    double result = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      result = Math.max(result, value);
    }
    return result;
  }

  private static long fold(DType type, long[] values) {
    if (values.length == 0) {
      return type == DType.U64 ? 0 : (long) type.lowest();
    }
    long result = values[0];
    for (long value : values) {
      int order =
          type == DType.U64 ? Long.compareUnsigned(value, result) : Long.compare(value, result);
      result = order > 0 ? value : result;
    }
    return result;
  }

  private ReduceMax() {}
}
