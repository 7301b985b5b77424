package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/**
 * blackmanWindow(size) = 0.42 - 0.5 cos(t) + 0.08 cos(2 t); {@link CosineWindow} has the angle t.
 */
public final class BlackmanWindow {
  public static final OpDef OP = CosineWindow.define("blackmanWindow", 0.42, 0.5, 0.08);

  private BlackmanWindow() {}
}
