package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** hannWindow(size) = 1/2 - 1/2 cos(t); {@link CosineWindow} has the angle t. */
public final class HannWindow {
  public static final OpDef OP = CosineWindow.define("hannWindow", 0.5, 0.5, 0);

  private HannWindow() {}
}
