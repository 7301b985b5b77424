package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;

/** hammingWindow(size) = 25/46 - 21/46 cos(t); {@link CosineWindow} has the angle t. */
public final class HammingWindow {
  public static final OpDef OP = CosineWindow.define("hammingWindow", 25.0 / 46, 21.0 / 46, 0);

  private HammingWindow() {}
}
