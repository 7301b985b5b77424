package dev.gatun.models.vision;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Patches;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.Optional;

/** Vision transformers (Dosovitskiy and others 2021) with packed projections. */
record VisionTransformer(long patch, long layers, long heads, long width, long inner) {
  private static final double EPSILON = 1e-6;

  /** Names that older files have. */
  static final String[] KEYS = {
    "\\.mlp\\.linear_1\\.", ".mlp.0.", "\\.mlp\\.linear_2\\.", ".mlp.3."
  };

  Flow classified(Flow pixels, long classes, long size) {
    Patches patches = new Patches(3, size, size, patch, patch);
    Flow x = patches.embed(pixels, "conv_proj", width, true);
    x =
        Patches.withFirst(
            x, x.parameter("class_token", Shape.of(1, 1, width), Initializers.zeros()));
    Shape all = Shape.of(1, patches.count() + 1, width);
    x = x.add(x.parameter("encoder.pos_embedding", all, Initializers.normal(0, 0.02)));
    for (int i = 0; i < layers; i++) {
      x = x.named("encoder.layers.encoder_layer_" + i).then(this::block);
    }
    x = Pieces.norm(x, "encoder.ln", EPSILON).select(1, 0);
    return Convs.dense(x, "heads.head", classes);
  }

  private Flow block(Flow x) {
    Flow y = Pieces.norm(x, "ln_1", EPSILON).named("self_attention").then(this::attention);
    y = x.add(y);
    Flow z = Pieces.linear(Pieces.norm(y, "ln_2", EPSILON), "mlp.0", inner).gelu();
    return y.add(Pieces.linear(z, "mlp.3", width));
  }

  private Flow attention(Flow x) {
    Shape packed = Shape.of(3 * width, width);
    var qkv =
        x.matmulTransposed(x.parameter("in_proj_weight", packed, Initializers.xavierUniform()))
            .add(x.parameter("in_proj_bias", Shape.of(3 * width), Initializers.zeros()))
            .split(2, 3);
    Flow y = Attend.of(heads, width, 0).apply(qkv.get(0), qkv.get(1), qkv.get(2), Optional.empty());
    return Pieces.linear(y, "out_proj", width);
  }
}
