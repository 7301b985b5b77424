package dev.gatun.models.clip;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Config;
import dev.gatun.models.part.Patches;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The side of CLIP that looks at pictures, without its last norm: also others look through it. */
public final class PictureTower {
  private final Tower tower;
  private final Patches patches;

  private PictureTower(Tower tower, Patches patches) {
    this.tower = tower;
    this.patches = patches;
  }

  /** Of a vision_config. */
  public static PictureTower of(Config vision) {
    return new PictureTower(Tower.of(vision, 768, 12, 3072), Patches.of(vision, 224, 32));
  }

  /** How pictures are cut. */
  public Patches patches() {
    return patches;
  }

  /** Number of its blocks. */
  public long layers() {
    return tower.layers();
  }

  /** Numbers a state has. */
  public long width() {
    return tower.width();
  }

  double epsilon() {
    return tower.epsilon();
  }

  /**
   * States [B, 1 + patches, width], that of the whole picture before those of its patches.
   *
   * @param base what names of parameters begin with
   * @param after after how many blocks each is wanted; blocks behind the last are left out
   */
  public List<Flow> states(Flow pixels, String base, List<Long> after) {
    Flow x = patches.embed(pixels, base + "embeddings.patch_embedding", tower.width(), false);
    x =
        Patches.withFirst(
            x,
            x.parameter(
                base + "embeddings.class_embedding",
                Shape.of(tower.width()),
                Initializers.normal(0, 0.02)));
    x =
        x.add(
            Pieces.table(
                x,
                base + "embeddings.position_embedding.weight",
                patches.count() + 1,
                tower.width()));
    x = Pieces.norm(x, base + "pre_layrnorm", tower.epsilon());
    long last = after.stream().mapToLong(Long::longValue).max().orElse(0);
    List<Flow> all = new ArrayList<>(List.of(x));
    for (int i = 0; i < last; i++) {
      x = tower.apply(x, base, i, Optional.empty(), false);
      all.add(x);
    }
    return after.stream().map(i -> all.get(Math.toIntExact(i))).toList();
  }
}
