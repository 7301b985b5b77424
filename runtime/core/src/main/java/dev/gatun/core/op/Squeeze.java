package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * squeeze(x, axes?) = x without the given axes of size 1; without {@code axes}, without all of
 * those.
 */
public final class Squeeze {
  public static final OpDef OP =
      OpDef.named("squeeze")
          .inputs(1, 2)
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
    boolean[] dropped = new boolean[x.rank()];
    if (!in.has(1)) {
      for (int i = 0; i < dropped.length; i++) {
        if (x.size(i) < 0) {
          return Shape.UNRANKED;
        }
        dropped[i] = x.size(i) == 1;
      }
    } else if (in.longs(1).isPresent()) {
      dropped = Axes.mask(in, in.longs(1).get(), x.rank());
    } else {
      long count = Sizes.count(in, 1);
      return count < 0 || count > x.rank()
          ? Shape.UNRANKED
          : Axes.unknown((int) (x.rank() - count));
    }
    long[] sizes = new long[x.rank()];
    int kept = 0;
    for (int i = 0; i < dropped.length; i++) {
      if (!dropped[i]) {
        sizes[kept++] = x.size(i);
      } else {
        in.require(x.size(i) == 1 || x.size(i) < 0, "axis %d has size %d, not 1", i, x.size(i));
      }
    }
    return Shape.of(java.util.Arrays.copyOf(sizes, kept));
  }

  private Squeeze() {}
}
