package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** reduceProd(x, axes?) = the product along the axes; 1 over nothing; integers wrap around. */
public final class ReduceProd {
  public static final OpDef OP =
      Reduction.define(
          "reduceProd", ReduceProd::product, (type, v) -> product(v), ReductionGradient::prod);

  private static double product(double[] values) {
    double product = 1;
    for (double value : values) {
      product *= value;
    }
    return product;
  }

  private static long product(long[] values) {
    long product = 1;
    for (long value : values) {
      product *= value;
    }
    return product;
  }

  private ReduceProd() {}
}
