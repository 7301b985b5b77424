package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.pass.WeightType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Rows;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoders whose weights are kept in fewer bits on request. */
class NarrowDecodingTests {
  private static final int WORDS = 21;

  @TempDir Path folder;

  private static Config config(String net) {
    return Config.of(
        net.equals("gpt2")
            ? "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"],"
                + " \"vocab_size\": 67, \"n_embd\": 96, \"n_layer\": 2, \"n_head\": 3,"
                + " \"n_positions\": 90}"
            : "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"],"
                + " \"vocab_size\": 67, \"hidden_size\": 96, \"intermediate_size\": 160,"
                + " \"num_hidden_layers\": 2, \"num_attention_heads\": 6,"
                + " \"num_key_value_heads\": 2}");
  }

  private static float[] logits(Pretrained model, long[] words) {
    return model
        .predict(Map.of("input_ids", Tensor.of(words, 1, words.length)))
        .getOrDefault("logits", Tensor.scalar(0))
        .toFloats();
  }

  /** Differences of the logits, relative to their size, are bounded by the type. */
  @ParameterizedTest
  @CsvSource({
    "gpt2, BF16, 0.006", "gpt2, INT8, 0.02", "gpt2, INT4, 0.2",
    "llama, BF16, 0.006", "llama, INT8, 0.02", "llama, INT4, 0.2"
  })
  void wordsAreNearlyThoseOfAllBits(String net, WeightType type, double most) {
    long[] words = new Random(3).longs(WORDS, 0, 67).toArray();
    try (Pretrained all = Pretrained.initialized(config(net))) {
      all.save(folder);
    }
    try (Pretrained all = Pretrained.load(folder);
        Pretrained narrow =
            Pretrained.load(folder, LoadOptions.DEFAULT.weights(type))
                .with(SessionOptions.DEFAULT.threads(2))) {
      float[] exact = logits(all, words);
      float[] found = logits(narrow, words);
      double error = 0;
      double size = 0;
      for (int i = 0; i < exact.length; i++) {
        error += Math.pow(found[i] - exact[i], 2);
        size += Math.pow(exact[i], 2);
      }
      double relative = Math.sqrt(error / size);
      assertTrue(relative > 0 && relative < most, net + " " + type + ": " + relative);
      // Word by word it is the same network as at once.
      try (Rows rows =
          narrow.decoder().begin(Map.of(), List.of(java.util.Arrays.copyOf(words, 5)))) {
        for (int i = 5; i < WORDS; i++) {
          rows.next(words[i]);
        }
        float[] last = rows.logits(0);
        for (int i = 0; i < last.length; i++) {
          assertEquals(found[(WORDS - 1) * 67 + i], last[i], 2e-4, "logit " + i);
        }
      }
    }
  }
}
