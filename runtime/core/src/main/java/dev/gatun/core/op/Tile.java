package dev.gatun.core.op;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/** tile(x, repeats) = x repeated along each axis. */
public final class Tile {
  public static final OpDef OP =
      OpDef.named("tile")
          .inputs(2)
          .fusion(FusionClass.BROADCAST)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                Shape x = in.tensor(0).shape();
                long[][] maps = MappedCopy.same(y.shape());
                for (int axis = 0; axis < maps.length; axis++) {
                  long size = x.size(axis);
                  Arrays.setAll(maps[axis], i -> i % size);
                }
                MappedCopy.into(y, in.tensor(0), maps);
                return List.of(y.build());
              })
          .gradient(Tile::gradient)
          .define();

  private static Shape shape(Operands in) {
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    if (in.longs(1).isEmpty()) {
      return x.isRanked() ? Axes.unknown(x.rank()) : Shape.UNRANKED;
    }
    long[] repeats = in.longs(1).get();
    if (!x.isRanked()) {
      return Axes.unknown(repeats.length);
    }
    in.require(
        repeats.length == x.rank(), "repeats %s needs one for each axis", Sizes.text(repeats));
    long[] sizes = x.sizes();
    for (int i = 0; i < sizes.length; i++) {
      in.require(repeats[i] >= 0, "repeats %s has a negative number", Sizes.text(repeats));
      sizes[i] =
          repeats[i] == 0 ? 0 : sizes[i] < 0 ? sizes[i] : Sizes.times(in, sizes[i], repeats[i]);
    }
    return Shape.of(sizes);
  }

  /** Each axis becomes two, of which the first, the repetitions, is summed. */
  private static List<Value> gradient(Backward g) {
    long[] repeats = g.constant(1).toLongs();
    Shape x = g.x(0).tensorType().shape();
    if (!x.isFixed()) {
      throw g.error("has a gradient only if the shape is known, got %s", x);
    }
    long[] sizes = new long[2 * repeats.length];
    long[] axes = new long[repeats.length];
    for (int i = 0; i < repeats.length; i++) {
      sizes[2 * i] = repeats[i];
      sizes[2 * i + 1] = x.size(i);
      axes[i] = 2L * i;
    }
    Formula f = new Formula(g.b());
    Value apart = f.reshape(g.dy(), sizes);
    return List.of(axes.length == 0 ? apart : f.sum(apart, axes));
  }

  private Tile() {}
}
