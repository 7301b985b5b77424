package dev.gatun.models.task;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.text.Tokenizer;
import dev.gatun.text.TokenizerTrainer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Folders of tiny networks with a tokenizer. */
final class TinyTexts {
  private static final List<String> TEXTS =
      List.of("the canal is long and the ship is slow", "a ship, a canal: é ü 漢字 😀 locks!");

  /**
   * A folder of a network of a config; the size of the vocabulary takes the place of VOCABULARY.
   */
  static Path folder(Path folder, String config) throws IOException {
    String json = prepared(folder, config);
    Random random = new Random(7);
    try (Pretrained model =
        Pretrained.initialized(
            Config.of(json),
            p -> {
              float[] values = new float[Math.toIntExact(p.elements())];
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * 0.4f;
              }
              return Tensor.wrap(DType.F32, p.shape(), MemorySegment.ofArray(values));
            })) {
      model.save(folder);
    }
    return folder;
  }

  /** A folder of a network with usual first weights, which trains well. */
  static Path untrained(Path folder, String config) throws IOException {
    try (Pretrained model = Pretrained.initialized(Config.of(prepared(folder, config)))) {
      model.save(folder);
    }
    return folder;
  }

  private static String prepared(Path folder, String config) throws IOException {
    Files.createDirectories(folder);
    Tokenizer tokenizer =
        TokenizerTrainer.of(TokenizerTrainer.Kind.BYTE_LEVEL_BPE, 300)
            .withSpecialTokens("<end>", "<user>", "<model>")
            .train(TEXTS.iterator());
    tokenizer.save(folder.resolve("tokenizer.json"));
    return config.replace("VOCABULARY", Integer.toString(tokenizer.vocabularySize()));
  }

  static final String GPT2 =
      "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"],"
          + " \"vocab_size\": VOCABULARY, \"n_embd\": 16, \"n_layer\": 2, \"n_head\": 2,"
          + " \"n_positions\": 512, \"eos_token_id\": 0}";

  static final String T5 =
      "{\"model_type\": \"t5\", \"architectures\": [\"T5ForConditionalGeneration\"],"
          + " \"vocab_size\": VOCABULARY, \"d_model\": 16, \"d_kv\": 4, \"d_ff\": 20,"
          + " \"num_layers\": 1, \"num_heads\": 2, \"eos_token_id\": 0,"
          + " \"decoder_start_token_id\": 1}";

  static String bert(String head) {
    return "{\"model_type\": \"bert\", \"architectures\": [\"BertFor"
        + head
        + "\"], \"vocab_size\": VOCABULARY, \"hidden_size\": 16, \"num_hidden_layers\": 2,"
        + " \"num_attention_heads\": 2, \"intermediate_size\": 20,"
        + " \"max_position_embeddings\": 64, \"id2label\": {\"0\": \"bad\", \"1\": \"good\","
        + " \"2\": \"odd\"}}";
  }

  private TinyTexts() {}
}
