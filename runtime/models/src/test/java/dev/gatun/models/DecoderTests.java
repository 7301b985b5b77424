package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Rows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step with a cache gives what a pass over all words gives. */
class DecoderTests {
  private static final int WORDS = 37;

  record Net(String name, String json) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Net> nets() {
    String llama =
        "{\"model_type\": \"%s\", \"architectures\": [\"%sForCausalLM\"], \"vocab_size\": 37,"
            + " \"hidden_size\": 24, \"intermediate_size\": 20, \"num_hidden_layers\": 3,"
            + " \"num_attention_heads\": 6, \"num_key_value_heads\": 2, \"head_dim\": 4,"
            + " \"max_position_embeddings\": 256 %s}";
    String sequence =
        ", \"vocab_size\": 37, \"d_model\": 24, \"encoder_layers\": 2, \"decoder_layers\": 3,"
            + " \"encoder_attention_heads\": 3, \"decoder_attention_heads\": 3,"
            + " \"encoder_ffn_dim\": 20, \"decoder_ffn_dim\": 28,"
            + " \"decoder_start_token_id\": 2, \"eos_token_id\": 2}";
    String t5 =
        "{\"model_type\": \"t5\", \"architectures\": [\"T5ForConditionalGeneration\"],"
            + " \"vocab_size\": 37, \"d_model\": 24, \"d_kv\": 5, \"d_ff\": 20, \"num_layers\": 2,"
            + " \"num_decoder_layers\": 3, \"num_heads\": 3,"
            + " \"relative_attention_num_buckets\": 8, \"relative_attention_max_distance\": 20,"
            + " \"decoder_start_token_id\": 0 %s}";
    return List.of(
        new Net(
            "gpt2",
            "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"],"
                + " \"vocab_size\": 37, \"n_embd\": 24, \"n_layer\": 3, \"n_head\": 3,"
                + " \"n_positions\": 90}"),
        new Net("llama", llama.formatted("llama", "Llama", "")),
        new Net(
            "mistral, window", llama.formatted("mistral", "Mistral", ", \"sliding_window\": 7")),
        new Net("qwen3", llama.formatted("qwen3", "Qwen3", "")),
        new Net(
            "qwen2, windows",
            llama.formatted(
                "qwen2",
                "Qwen2",
                ", \"use_sliding_window\": true, \"sliding_window\": 9, \"layer_types\":"
                    + " [\"full_attention\", \"sliding_attention\", \"full_attention\"]")),
        new Net(
            "llama3 angles",
            llama.formatted(
                "llama",
                "Llama",
                ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 4,"
                    + " \"original_max_position_embeddings\": 16}")),
        new Net("t5", t5.formatted("")),
        new Net("t5, gated", t5.formatted(", \"feed_forward_proj\": \"gated-gelu\"")),
        new Net(
            "bart",
            "{\"model_type\": \"bart\", \"architectures\": [\"BartForConditionalGeneration\"],"
                + " \"max_position_embeddings\": 90"
                + sequence),
        new Net(
            "whisper",
            "{\"model_type\": \"whisper\","
                + " \"architectures\": [\"WhisperForConditionalGeneration\"],"
                + " \"num_mel_bins\": 5, \"max_source_positions\": 11,"
                + " \"max_target_positions\": 90"
                + sequence));
  }

  /** Weights large enough that words matter. */
  private static Pretrained model(Net net) {
    Random random = new Random(5);
    return Pretrained.initialized(
        Config.of(net.json),
        p -> {
          float[] values = new float[Math.toIntExact(p.elements())];
          boolean scale = p.name().contains("norm") && p.name().endsWith("weight");
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((scale ? 1 : 0) + 0.3 * random.nextGaussian());
          }
          return Tensor.wrap(DType.F32, p.shape(), java.lang.foreign.MemorySegment.ofArray(values));
        });
  }

  private static long[] words(Random random, int count) {
    return random.longs(count, 3, WORDS).toArray();
  }

  private static long last(long[] words) {
    return words[words.length - 1];
  }

  private static Tensor row(long[] words) {
    return Tensor.of(words, 1, words.length);
  }

  /** The last word's numbers by a pass over all words of one row. */
  private static float[] expected(Pretrained model, Map<String, Tensor> inputs, long[] words) {
    Map<String, Tensor> all = new LinkedHashMap<>(inputs);
    all.put(model.decoder().decoding().words(), row(words));
    Tensor logits = model.predict(all).get("logits");
    float[] numbers = logits == null ? new float[0] : logits.toFloats();
    return java.util.Arrays.copyOfRange(numbers, numbers.length - WORDS, numbers.length);
  }

  private static List<Map<String, Tensor>> inputs(Pretrained model, int rows, Random random) {
    List<Map<String, Tensor>> all = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      Map<String, Tensor> one = new LinkedHashMap<>();
      if (model.architecture().names().contains("input_features")) {
        float[] sound = new float[5 * 22];
        for (int i = 0; i < sound.length; i++) {
          sound[i] = (float) random.nextGaussian();
        }
        one.put("input_features", Tensor.of(sound, 1, 5, 22));
      } else if (model.decoder().decoding().encoder().isPresent()) {
        one.put("input_ids", row(words(random, 13)));
        long[] mask = new long[13];
        java.util.Arrays.fill(mask, 0, r == 0 ? 13 : 7, 1);
        one.put("attention_mask", row(mask));
      }
      all.add(one);
    }
    return all;
  }

  private static Map<String, Tensor> joined(List<Map<String, Tensor>> rows) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String name : rows.get(0).keySet()) {
      List<double[]> parts = new ArrayList<>();
      Tensor first = null;
      for (Map<String, Tensor> row : rows) {
        Tensor part = row.get(name);
        if (part != null) {
          first = part;
          parts.add(part.toDoubles());
        }
      }
      if (first != null) {
        long[] sizes = first.shape().sizes();
        sizes[0] = rows.size();
        double[] values = parts.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
        all.put(name, Tensor.rounded(first.dtype(), Shape.of(sizes), values));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("nets")
  void stepsAgreeWithPassesOverAll(Net net) {
    Random random = new Random(11);
    try (Pretrained model = model(net)) {
      List<Map<String, Tensor>> inputs = inputs(model, 2, random);
      // The second row is the shorter one; both pass the first capacity of 64.
      List<long[]> words = new ArrayList<>(List.of(words(random, 60), words(random, 3)));
      try (Rows rows = model.decoder().begin(joined(inputs), words)) {
        for (int step = 0; step < 9; step++) {
          for (int r = 0; r < 2; r++) {
            assertEquals(words.get(r).length, rows.length(r));
            assertArrayEquals(
                expected(model, inputs.get(r), words.get(r)),
                rows.logits(r),
                1e-3f,
                net + " row " + r + " step " + step);
            long[] longer = java.util.Arrays.copyOf(words.get(r), words.get(r).length + 1);
            longer[longer.length - 1] = random.nextLong(3, WORDS);
            words.set(r, longer);
          }
          rows.next(last(words.get(0)), last(words.get(1)));
        }
      }
    }
  }
}
