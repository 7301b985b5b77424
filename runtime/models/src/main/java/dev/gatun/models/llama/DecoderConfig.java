package dev.gatun.models.llama;

import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.RotaryAngles;
import dev.gatun.train.net.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Options of Llama, Mistral, Qwen2 and Qwen3, with the defaults of their published config classes.
 *
 * @param windows for each layer how many positions are seen back, 0 for all
 * @param projectionBias of queries, keys and values
 * @param outputBias of attention's result
 * @param headNorms whether queries and keys are normalized a head
 */
record DecoderConfig(
    long vocabulary,
    long width,
    long inner,
    long heads,
    long keyHeads,
    long headWidth,
    Layer activation,
    double epsilon,
    RotaryAngles angles,
    List<Long> windows,
    boolean projectionBias,
    boolean outputBias,
    boolean innerBias,
    boolean headNorms,
    double attentionDropout,
    boolean tied,
    OptionalLong padding) {
  static DecoderConfig of(Config c) {
    String type = c.text("model_type", "");
    boolean llama = type.equals("llama");
    boolean qwen = type.startsWith("qwen");
    long width = c.integer("hidden_size", 4096);
    long heads = c.integer("num_attention_heads", 32);
    long headWidth = c.integer("head_dim", type.equals("qwen3") ? 128 : width / Math.max(heads, 1));
    boolean bias = c.flag("attention_bias", false);
    long layers = c.integer("num_hidden_layers", 32);
    long inner =
        switch (type) {
          case "llama" -> 11008;
          case "mistral" -> 14336;
          default -> 22016;
        };
    return new DecoderConfig(
        c.integer("vocab_size", qwen ? 151936 : 32000),
        width,
        c.integer("intermediate_size", inner),
        heads,
        c.integer("num_key_value_heads", llama ? heads : type.equals("mistral") ? 8 : 32),
        headWidth,
        ActivationNames.of(c, "hidden_act", "silu"),
        c.real("rms_norm_eps", 1e-6),
        RotaryAngles.of(c, headWidth, 10000),
        windows(c, type, layers),
        type.equals("qwen2") || bias,
        !type.equals("qwen2") && bias,
        llama && c.flag("mlp_bias", false),
        type.equals("qwen3"),
        c.real("attention_dropout", 0),
        c.flag("tie_word_embeddings", false),
        c.has("pad_token_id") ? OptionalLong.of(c.integer("pad_token_id")) : OptionalLong.empty());
  }

  Decoding decoding() {
    return Decoding.of(windows.size(), keyHeads, headWidth, 0);
  }

  private static List<Long> windows(Config c, String type, long layers) {
    long window = 0;
    if (type.equals("mistral")) {
      // Without the option it is 4096, null means that there is none.
      window = c.integer("sliding_window", c.isNull("sliding_window") ? 0 : 4096);
    } else if (type.startsWith("qwen") && c.flag("use_sliding_window", false)) {
      window = c.integer("sliding_window", c.isNull("sliding_window") ? 0 : 4096);
    }
    List<String> kinds = c.texts("layer_types");
    long first = type.startsWith("qwen") ? c.integer("max_window_layers", 28) : 0;
    List<Long> windows = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      boolean sliding = i >= first;
      if (type.startsWith("qwen") && i < kinds.size()) {
        c.require(
            "layer_types",
            List.of("full_attention", "sliding_attention").contains(kinds.get(i)),
            "full_attention, sliding_attention");
        sliding = kinds.get(i).equals("sliding_attention");
      }
      windows.add(sliding ? window : 0);
    }
    return windows;
  }
}
