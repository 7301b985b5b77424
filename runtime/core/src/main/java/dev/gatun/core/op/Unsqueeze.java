package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** unsqueeze(x, axes) = x with axes of size 1 inserted; they are axes of the result. */
public final class Unsqueeze {
  public static final OpDef OP =
      OpDef.named("unsqueeze")
          .inputs(2)
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(in.tensor(0).reshape(in.shape(0))))
          .gradient(g -> List.of(Reshape.like(g.b(), g.dy(), g.x(0))))
          .define();

  private static Shape shape(Operands in) {
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Shape.UNRANKED;
    }
    if (in.longs(1).isEmpty()) {
      long count = Sizes.count(in, 1);
      return count < 0 ? Shape.UNRANKED : Axes.unknown((int) (x.rank() + count));
    }
    long[] axes = in.longs(1).get();
    int rank = x.rank() + axes.length;
    boolean[] added = Axes.mask(in, axes, rank);
    long[] sizes = new long[rank];
    int from = 0;
    for (int i = 0; i < rank; i++) {
      sizes[i] = added[i] ? 1 : x.size(from++);
    }
    return Shape.of(sizes);
  }

  private Unsqueeze() {}
}
