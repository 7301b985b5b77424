package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/**
 * cumProd(x, axis) = the running products along an axis.
 *
 * <p>With {@code exclusive} an element does not count itself; with {@code reverse} they run from
 * the end.
 */
public final class CumProd {
  public static final OpDef OP = Cumulation.define("cumProd", true);

  private CumProd() {}
}
