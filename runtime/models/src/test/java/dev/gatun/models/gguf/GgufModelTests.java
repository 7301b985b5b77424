package dev.gatun.models.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that are written as GGUF files say what the networks themselves say. */
class GgufModelTests {
  private static final String SIZES =
      """
      "vocab_size": 50, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
      "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 40,
      "rms_norm_eps": 1e-5, "rope_theta": 5000.0, "eos_token_id": 3""";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private static String config(String type) {
    return switch (type) {
      case "gpt2" ->
          """
          {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 50,
           "n_positions": 40, "n_embd": 64, "n_layer": 2, "n_head": 4, "n_inner": 96}
          """;
      case "llama" ->
          "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]," + SIZES + "}";
      case "mistral" ->
          "{\"model_type\": \"mistral\", \"architectures\": [\"MistralForCausalLM\"],"
              + " \"sliding_window\": 4,"
              + SIZES
              + "}";
      case "qwen2" ->
          "{\"model_type\": \"qwen2\", \"architectures\": [\"Qwen2ForCausalLM\"],"
              + " \"tie_word_embeddings\": true,"
              + SIZES
              + "}";
      case "qwen3" ->
          "{\"model_type\": \"qwen3\", \"architectures\": [\"Qwen3ForCausalLM\"],"
              + " \"head_dim\": 32,"
              + SIZES
              + "}";
      default -> throw new IllegalArgumentException(type);
    };
  }

  private static Pretrained network(String type) {
    Random random = new Random(3);
    return Pretrained.initialized(
        Config.of(config(type)),
        p -> {
          double[] values = random.doubles(p.elements(), -0.4, 0.4).toArray();
          return Tensor.rounded(p.dtype(), p.shape(), values);
        });
  }

  private static float[] logits(Pretrained model) {
    long[] ids = new Random(4).longs(9, 0, 50).toArray();
    Map<String, Tensor> results = model.predict(Map.of("input_ids", Tensor.of(ids, 1, 9)));
    return Objects.requireNonNull(results.get("logits")).toFloats();
  }

  /** What a key is called in these files: without a table, by what its parts mean. */
  static String name(String key) {
    return key.replaceFirst("^(model\\.layers|transformer\\.h)\\.", "blk.")
        .replace("input_layernorm", "attn_norm")
        .replace("post_attention_layernorm", "ffn_norm")
        .replaceFirst("self_attn\\.([qkv])_proj", "attn_$1")
        .replaceFirst("self_attn\\.([qk])_norm", "attn_$1_norm")
        .replace("self_attn.o_proj", "attn_output")
        .replaceFirst("mlp\\.(gate|up|down)_proj", "ffn_$1")
        .replace("attn.c_attn", "attn_qkv")
        .replace("attn.c_proj", "attn_output")
        .replace("mlp.c_fc", "ffn_up")
        .replace("mlp.c_proj", "ffn_down")
        .replace("ln_1", "attn_norm")
        .replace("ln_2", "ffn_norm")
        .replaceFirst("^(model\\.norm|transformer\\.ln_f)", "output_norm")
        .replaceFirst("^(model\\.embed_tokens|transformer\\.wte)", "token_embd")
        .replaceFirst("^transformer\\.wpe", "position_embd")
        .replaceFirst("^lm_head", "output");
  }

  /** As these files lay numbers out: sides swapped, or the halves of heads side by side. */
  private static Tensor laidOut(String type, String key, Tensor value) {
    return laidOut(type, key, value, 16);
  }

  static Tensor laidOut(String type, String key, Tensor value, int head) {
    float[] from = value.toFloats();
    float[] to = from.clone();
    int rows = (int) value.shape().size(0);
    int columns = from.length / rows;
    if (type.equals("gpt2") && key.matches(".*\\.c_\\w+\\.weight")) {
      for (int i = 0; i < from.length; i++) {
        to[i % columns * rows + i / columns] = from[i];
      }
      return Tensor.of(to, columns, rows);
    }
    boolean llama = type.equals("llama") || type.equals("mistral");
    if (llama && key.matches(".*\\.[qk]_proj\\.weight")) {
      for (int r = 0; r < rows; r++) {
        int within = r % head;
        int there = r - within + (within < head / 2 ? 2 * within : 2 * (within - head / 2) + 1);
        System.arraycopy(from, r * columns, to, there * columns, columns);
      }
    }
    return Tensor.of(to, value.shape().sizes());
  }

  private static GgufFile file(String type, Map<String, Tensor> weights, GgufFile.Kind kind) {
    String own = type.equals("mistral") ? "llama" : type;
    GgufFile file =
        new GgufFile()
            .put("general.architecture", own)
            .put(own + ".context_length", 40)
            .put(own + ".embedding_length", 64)
            .put(own + ".block_count", 2)
            .put(own + ".feed_forward_length", 96)
            .put(own + ".attention.head_count", 4)
            .put("tokenizer.ggml.eos_token_id", 3);
    if (type.equals("gpt2")) {
      file.put("gpt2.attention.layer_norm_epsilon", 1e-5);
    } else {
      file.put(own + ".attention.head_count_kv", 2)
          .put(own + ".attention.layer_norm_rms_epsilon", 1e-5)
          .put(own + ".rope.freq_base", 5000.0);
    }
    if (type.equals("mistral")) {
      file.put("llama.attention.sliding_window", 4);
    }
    if (type.equals("qwen3")) {
      file.put("qwen3.attention.key_length", 32);
    }
    weights.forEach(
        (key, value) ->
            file.tensor(
                name(key),
                value.shape().rank() == 2 ? kind : GgufFile.Kind.F32,
                laidOut(type, key, value)));
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "mistral", "qwen2", "qwen3"})
  void architecturesSayTheSame(String type) throws Exception {
    try (Pretrained network = network(type)) {
      Path path = file(type, network.weights(), GgufFile.Kind.F32).write(folder.resolve("a.gguf"));
      try (Pretrained read = Pretrained.load(path)) {
        assertTrue(read.report().isClean(), read.report().toString());
        assertEquals(type, read.config().text("model_type", ""));
        assertEquals(3, read.config().integer("eos_token_id"));
        assertEquals(network.weights().keySet(), read.weights().keySet());
        for (Map.Entry<String, Tensor> each : network.weights().entrySet()) {
          assertArrayEquals(
              each.getValue().toFloats(),
              Objects.requireNonNull(read.weights().get(each.getKey())).toFloats(),
              each.getKey());
        }
        assertArrayEquals(logits(network), logits(read));
        // A file becomes a folder as others are.
        read.save(folder.resolve("folder"));
        try (Pretrained again = Pretrained.load(folder.resolve("folder"))) {
          assertArrayEquals(logits(network), logits(again));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void numbersOfAllKindsAreWidened(GgufFile.Kind kind) throws Exception {
    for (String type : new String[] {"llama", "gpt2"}) {
      try (Pretrained network = network(type)) {
        // Blocks are along the rows of the file, so rounding is done as numbers lie there.
        Map<String, Tensor> rounded = new LinkedHashMap<>();
        network
            .weights()
            .forEach(
                (key, value) ->
                    rounded.put(
                        key, value.shape().rank() == 2 ? rounded(type, key, value, kind) : value));
        Path path =
            file(type, network.weights(), kind).write(folder.resolve(kind + type + ".gguf"));
        try (Pretrained read = Pretrained.load(path);
            Pretrained expected = network.with(rounded)) {
          assertArrayEquals(logits(expected), logits(read), 1e-5f);
        }
      }
    }
  }

  private static Tensor rounded(String type, String key, Tensor value, GgufFile.Kind kind) {
    Tensor there = laidOut(type, key, value);
    Tensor changed = Tensor.of(kind.rounded(there.toFloats()), there.shape().sizes());
    if (type.equals("gpt2")) {
      return laidOut(type, key, changed); // a swap is its own inverse
    }
    if (changed.shape().equals(value.shape()) && !key.matches(".*\\.[qk]_proj\\.weight")) {
      return changed;
    }
    // Rows keep their numbers: round each where it is.
    return Tensor.of(kind.rounded(value.toFloats()), value.shape().sizes());
  }

  @Test
  void frequenciesMayHaveDivisors() throws Exception {
    float[] factors = {1, 1, 2, 2, 4, 4, 8, 8};
    try (Pretrained network = network("llama")) {
      Path path =
          file("llama", network.weights(), GgufFile.Kind.F32)
              .tensor("rope_freqs.weight", GgufFile.Kind.F32, Tensor.of(factors, 8))
              .write(folder.resolve("turns.gguf"));
      String divided =
          config("llama")
              .replace(
                  "{\"model",
                  "{\"rope_scaling\": {\"rope_type\": \"factors\", \"factors\": [1, 1, 2, 2, 4, 4,"
                      + " 8, 8]}, \"model");
      try (Pretrained read = Pretrained.load(path);
          Pretrained expected =
              Pretrained.initialized(
                  Config.of(divided),
                  p -> Objects.requireNonNull(network.weights().get(p.name())))) {
        assertArrayEquals(logits(expected), logits(read));
        assertTrue(Math.abs(logits(network)[449] - logits(read)[449]) > 1e-6);
      }
    }
  }

  @Test
  void whatIsNotKnownIsNamed() throws Exception {
    try (Pretrained network = network("llama")) {
      Map<String, Tensor> weights = network.weights();
      refused(new GgufFile().put("general.architecture", "mamba"), "'mamba'", "gpt2, llama");
      refused(new GgufFile(), "has no 'general.architecture'");
      refused(new GgufFile().put("general.architecture", 3), "is a Long, expected a String");
      refused(new GgufFile().put("general.architecture", "gpt2"), "gpt2.context_length");
      Map<String, Tensor> less = new LinkedHashMap<>(weights);
      less.remove("model.norm.weight");
      refused(file("llama", less, GgufFile.Kind.F32), "model.norm.weight");
      refused(
          file("llama", weights, GgufFile.Kind.F32)
              .tensor("blk.0.ffn_gate_exps.weight", GgufFile.Kind.F32, Tensor.of(new float[1], 1)),
          "blk.0.ffn_gate_exps.weight");
      refused(
          file("llama", weights, GgufFile.Kind.F32).put("llama.rope.scaling.type", "longrope"),
          "longrope");
      refused(
          file("llama", weights, GgufFile.Kind.F32).put("llama.rope.dimension_count", 8),
          "8 of 16");
    }
  }

  private void refused(GgufFile file, String... parts) throws Exception {
    Path path = file.write(folder.resolve("wrong.gguf"));
    String message =
        String.valueOf(
            assertThrows(GatunException.class, () -> Pretrained.load(path)).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    assertTrue(message.contains("wrong.gguf"), message);
  }
}
