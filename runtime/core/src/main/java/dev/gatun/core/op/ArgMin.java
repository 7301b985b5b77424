package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/**
 * argMin(x) = the index of the smallest element along {@code axis}, int64.
 *
 * <p>The first of equals, or with {@code selectLast} the last; the first NaN wins.
 */
public final class ArgMin {
  public static final OpDef OP = ArgReduction.define("argMin", false);

  private ArgMin() {}
}
