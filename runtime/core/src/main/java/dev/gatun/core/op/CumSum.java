package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/**
 * cumSum(x, axis) = the running sums along an axis.
 *
 * <p>With {@code exclusive} an element does not count itself; with {@code reverse} sums run from
 * the end.
 */
public final class CumSum {
  public static final OpDef OP = Cumulation.define("cumSum", false);

  private CumSum() {}
}
