package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** embedding(weight [V, D...], ids [I...]) [I..., D...]: the rows of a table. */
public final class Embedding {
  public static final OpDef OP =
      OpDef.named("embedding")
          .inputs(2)
          .types(Embedding::types)
          .decompose(
              (b, in) -> List.of(b.add(Gather.OP, Attrs.of("axis", 0), in.value(0), in.value(1))))
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(1).isInteger(), "ids must be integers");
    Shape table = in.shape(0);
    Shape ids = in.shape(1);
    if (!table.isRanked() || !ids.isRanked()) {
      return List.of(Type.tensor(in.dtype(0), Shape.UNRANKED));
    }
    in.require(table.rank() >= 1, "the table must have rows");
    long[] sizes = new long[ids.rank() + table.rank() - 1];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = i < ids.rank() ? ids.size(i) : table.size(i - ids.rank() + 1);
    }
    return List.of(Type.tensor(in.dtype(0), Shape.of(sizes)));
  }

  private Embedding() {}
}
