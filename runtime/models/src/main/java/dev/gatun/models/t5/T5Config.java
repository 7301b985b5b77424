package dev.gatun.models.t5;

import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.train.net.Layer;

/** Options of T5, with the defaults of the published config class. */
record T5Config(
    long vocabulary,
    long width,
    long headWidth,
    long inner,
    long layers,
    long decoderLayers,
    long heads,
    long buckets,
    long farthest,
    double dropout,
    double epsilon,
    Layer activation,
    boolean gated,
    boolean tied,
    boolean scaledOutputs) {
  static T5Config of(Config c) {
    boolean newer = c.text("model_type", "t5").equals("mt5");
    String kind = c.text("feed_forward_proj", newer ? "gated-gelu" : "relu");
    boolean gated = kind.startsWith("gated-");
    String name = gated ? kind.substring("gated-".length()) : kind;
    // Not a mistake: the published implementation means the approximation here.
    String activation = kind.equals("gated-gelu") ? "gelu_new" : name;
    long layers = c.integer("num_layers", newer ? 8 : 6);
    boolean tied = c.flag("tie_word_embeddings", !newer);
    return new T5Config(
        c.integer("vocab_size", newer ? 250112 : 32128),
        c.integer("d_model", 512),
        c.integer("d_kv", 64),
        c.integer("d_ff", newer ? 1024 : 2048),
        layers,
        c.integer("num_decoder_layers", layers),
        c.integer("num_heads", newer ? 6 : 8),
        c.integer("relative_attention_num_buckets", 32),
        c.integer("relative_attention_max_distance", 128),
        c.real("dropout_rate", 0.1),
        c.real("layer_norm_epsilon", 1e-6),
        ActivationNames.of(c, "dense_act_fn", activation),
        gated,
        tied,
        c.flag("scale_decoder_outputs", tied));
  }
}
