package dev.gatun.models.gguf;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.models.family.Config;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The config.json that a GGUF file's metadata mean. */
final class GgufConfig {
  /** What each rotary frequency is divided by, as Llama 3.1 has it. */
  static final String TURNS = "rope_freqs.weight";

  private static final JsonMapper JSON = JsonMapper.shared();
  private final GgufMetadata m;
  private final Map<String, Tensor> tensors;
  private final ObjectNode config = JSON.createObjectNode();

  private GgufConfig(GgufMetadata metadata, Map<String, Tensor> tensors) {
    m = metadata;
    this.tensors = tensors;
  }

  static Config of(GgufMetadata metadata, Map<String, Tensor> tensors) {
    GgufConfig c = new GgufConfig(metadata, tensors);
    switch (metadata.architecture()) {
      case "gpt2" -> c.gpt2();
      default -> c.llama();
    }
    c.common();
    return Config.of(JSON.writeValueAsString(c.config));
  }

  private void common() {
    Tensor words = tensors.get("token_embd.weight");
    if (words == null || words.shape().rank() != 2) {
      throw new FormatException(m.where() + ": has no matrix 'token_embd.weight'");
    }
    config.put("vocab_size", words.shape().size(0));
    config.put("tie_word_embeddings", !tensors.containsKey("output.weight"));
    for (String kind : new String[] {"bos", "eos"}) {
      m.whole("tokenizer.ggml." + kind + "_token_id")
          .ifPresent(id -> config.put(kind + "_token_id", id));
    }
    m.whole("tokenizer.ggml.padding_token_id").ifPresent(id -> config.put("pad_token_id", id));
  }

  private void named(String type, String className) {
    config.put("model_type", type);
    config.putArray("architectures").add(className);
  }

  private void whole(String option, String key) {
    config.put(option, m.required(m.own(key), m::whole));
  }

  private void gpt2() {
    named("gpt2", "GPT2LMHeadModel");
    whole("n_positions", "context_length");
    whole("n_embd", "embedding_length");
    whole("n_layer", "block_count");
    whole("n_head", "attention.head_count");
    whole("n_inner", "feed_forward_length");
    config.put("layer_norm_epsilon", m.required(m.own("attention.layer_norm_epsilon"), m::real));
  }

  private void llama() {
    String architecture = m.architecture();
    Optional<Long> window = m.whole(m.own("attention.sliding_window"));
    switch (architecture) {
      case "qwen2" -> named("qwen2", "Qwen2ForCausalLM");
      case "qwen3" -> named("qwen3", "Qwen3ForCausalLM");
      default -> {
        // Mistral's files call themselves llama.
        named(
            window.isPresent() ? "mistral" : "llama",
            window.isPresent() ? "MistralForCausalLM" : "LlamaForCausalLM");
        window.ifPresent(width -> config.put("sliding_window", width));
      }
    }
    whole("max_position_embeddings", "context_length");
    whole("hidden_size", "embedding_length");
    whole("num_hidden_layers", "block_count");
    whole("intermediate_size", "feed_forward_length");
    whole("num_attention_heads", "attention.head_count");
    long heads = m.required(m.own("attention.head_count"), m::whole);
    config.put("num_key_value_heads", m.whole(m.own("attention.head_count_kv")).orElse(heads));
    m.whole(m.own("attention.key_length")).ifPresent(width -> config.put("head_dim", width));
    config.put("rms_norm_eps", m.required(m.own("attention.layer_norm_rms_epsilon"), m::real));
    config.put("attention_bias", tensors.containsKey("blk.0.attn_q.bias"));
    config.put("rope_theta", m.real(m.own("rope.freq_base")).orElse(10000.0));
    requireWholeHeads(heads);
    rope();
  }

  private void requireWholeHeads(long heads) {
    long width = m.required(m.own("embedding_length"), m::whole);
    long head = m.whole(m.own("attention.key_length")).orElse(width / Math.max(heads, 1));
    long turned = m.whole(m.own("rope.dimension_count")).orElse(head);
    if (turned != head) {
      throw new FormatException(
          "%s: turns %d of %d elements of a head; only whole heads are known"
              .formatted(m.where(), turned, head));
    }
  }

  private void rope() {
    Tensor turns = tensors.get(TURNS);
    String kind = m.text(m.own("rope.scaling.type")).orElse("none");
    if (turns != null) {
      ObjectNode rope = config.putObject("rope_scaling");
      rope.put("rope_type", "factors");
      var factors = rope.putArray("factors");
      for (float factor : turns.toFloats()) {
        factors.add(factor);
      }
      return;
    }
    switch (kind) {
      case "none" -> {}
      case "linear", "yarn" -> {
        ObjectNode rope = config.putObject("rope_scaling");
        rope.put("rope_type", kind);
        rope.put("factor", m.required(m.own("rope.scaling.factor"), m::real));
        m.whole(m.own("rope.scaling.original_context_length"))
            .ifPresent(length -> rope.put("original_max_position_embeddings", length));
      }
      default ->
          throw new FormatException(
              m.where() + ": rope.scaling.type '" + kind + "'; known are none, linear, yarn");
    }
  }
}
