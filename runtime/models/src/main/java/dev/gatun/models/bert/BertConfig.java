package dev.gatun.models.bert;

import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.train.net.Layer;

/** Options of BERT and RoBERTa, with the defaults of the published config class. */
record BertConfig(
    long vocabulary,
    long width,
    long layers,
    long heads,
    long inner,
    Layer activation,
    double dropout,
    double attentionDropout,
    double headDropout,
    long positions,
    long types,
    double epsilon,
    long padding,
    boolean tied) {
  static BertConfig of(Config c) {
    c.require(
        "position_embedding_type",
        c.text("position_embedding_type", "absolute").equals("absolute"),
        "absolute");
    c.require("is_decoder", !c.flag("is_decoder", false), "false (an encoder)");
    double dropout = c.real("hidden_dropout_prob", 0.1);
    return new BertConfig(
        c.integer("vocab_size", 30522),
        c.integer("hidden_size", 768),
        c.integer("num_hidden_layers", 12),
        c.integer("num_attention_heads", 12),
        c.integer("intermediate_size", 3072),
        ActivationNames.of(c, "hidden_act", "gelu"),
        dropout,
        c.real("attention_probs_dropout_prob", 0.1),
        c.real("classifier_dropout", dropout),
        c.integer("max_position_embeddings", 512),
        c.integer("type_vocab_size", 2),
        c.real("layer_norm_eps", 1e-12),
        c.integer("pad_token_id", 0),
        c.flag("tie_word_embeddings", true));
  }
}
