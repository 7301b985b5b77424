package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;

/**
 * reduceMin(x, axes?) = the smallest value along the axes; NaN if there is one; of booleans and.
 *
 * <p>Over nothing it is the largest value of the type, for floats plus infinity.
 */
public final class ReduceMin {
  public static final OpDef OP =
      Reduction.define(
          "reduceMin", ReduceMin::fold, ReduceMin::fold, ReductionGradient::extreme, true);

  private static double fold(double[] values) {
    double result = Double.POSITIVE_INFINITY;
    for (double value : values) {
      result = Math.min(result, value);
    }
    return result;
  }

  private static long fold(DType type, long[] values) {
    if (values.length == 0) {
      return type == DType.U64 ? -1 : (long) type.highest();
    }
    long result = values[0];
    for (long value : values) {
      int order =
          type == DType.U64 ? Long.compareUnsigned(value, result) : Long.compare(value, result);
      result = order < 0 ? value : result;
    }
    return result;
  }

  private ReduceMin() {}
}
