package dev.gatun.models.clip;

import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import java.util.Optional;

/** The blocks of one side of CLIP; norms come before each part. */
record Tower(
    long width,
    long layers,
    long heads,
    long inner,
    Layer activation,
    double attentionDropout,
    double epsilon) {
  static Tower of(Config c, long usualWidth, long usualHeads, long usualInner) {
    return new Tower(
        c.integer("hidden_size", usualWidth),
        c.integer("num_hidden_layers", 12),
        c.integer("num_attention_heads", usualHeads),
        c.integer("intermediate_size", usualInner),
        ActivationNames.of(c, "hidden_act", "quick_gelu"),
        c.real("attention_dropout", 0),
        c.real("layer_norm_eps", 1e-5));
  }

  Flow apply(Flow x, String base, Optional<Flow> mask, boolean causal) {
    for (int i = 0; i < layers; i++) {
      x = apply(x, base, i, mask, causal);
    }
    return x;
  }

  /** One block. */
  Flow apply(Flow x, String base, int layer, Optional<Flow> mask, boolean causal) {
    return x.named(base + "encoder.layers." + layer).then(y -> block(y, mask, causal));
  }

  private Flow block(Flow x, Optional<Flow> mask, boolean causal) {
    Attend attend = Attend.of(heads, width, attentionDropout);
    Flow y = Pieces.norm(x, "layer_norm1", epsilon);
    y =
        (causal ? attend.masked() : attend)
            .apply(
                Pieces.linear(y, "self_attn.q_proj", width),
                Pieces.linear(y, "self_attn.k_proj", width),
                Pieces.linear(y, "self_attn.v_proj", width),
                mask);
    y = x.add(Pieces.linear(y, "self_attn.out_proj", width));
    Flow z = Pieces.norm(y, "layer_norm2", epsilon);
    z = Pieces.linear(z, "mlp.fc1", inner).then(activation);
    return y.add(Pieces.linear(z, "mlp.fc2", width));
  }
}
