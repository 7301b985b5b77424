package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import java.util.List;

/** The list of operators. */
public final class Ops {
  public static final List<OpDef> ALL = List.of(Add.OP, Relu.OP);

  private Ops() {}
}
