package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
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

  private Tile() {}
}
