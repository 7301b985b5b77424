package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/**
 * argMax(x) = the index of the largest element along {@code axis}, int64.
 *
 * <p>The first of equals, or with {@code selectLast} the last; the first NaN wins.
 */
public final class ArgMax {
  public static final OpDef OP = ArgReduction.define("argMax", true);

  private ArgMax() {}
}
