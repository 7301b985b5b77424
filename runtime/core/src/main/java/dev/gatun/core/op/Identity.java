package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import java.util.List;

/** identity(x) = x, of any type; sequences, optionals and maps too. */
public final class Identity {
  public static final OpDef OP =
      OpDef.named("identity")
          .types(in -> List.of(in.type(0)))
          .reference(in -> List.of(in.datum(0)))
          .pointwise(1, (e, a, x) -> x.get(0))
          .define();

  private Identity() {}
}
