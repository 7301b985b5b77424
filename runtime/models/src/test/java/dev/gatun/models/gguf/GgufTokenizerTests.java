package dev.gatun.models.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Search;
import dev.gatun.models.task.TextGenerator;
import dev.gatun.text.ChatTemplate.Message;
import dev.gatun.text.Tokenizer;
import dev.gatun.text.TokenizerTrainer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tokenizers of GGUF files cut texts as the ones that they were written of. */
class GgufTokenizerTests {
  private static final List<String> TEXTS =
      List.of(
          "The canal is long, and the ship's slow.",
          "  two  spaces\n\n and 12345 caf\u00E9 \u6F22\u5B57 \uD83D\uDE00!",
          "<end>x<user> y",
          "");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private static final List<String> LEARNT =
      List.of(
          "the canal is long and the ship is slow",
          "a ship, a canal: 123 123 123 123 123 123 locks! the ships");

  /** Tokens, merges and types as these files have them. */
  private static GgufFile file(Tokenizer tokenizer, String pre) throws Exception {
    JsonNode model = JsonMapper.shared().readTree(tokenizer.toJson()).get("model");
    String[] tokens = new String[tokenizer.vocabularySize()];
    List<Long> types = new ArrayList<>();
    model.get("vocab").properties().forEach(e -> tokens[e.getValue().asInt()] = e.getKey());
    for (String token : tokens) {
      types.add(token.startsWith("<") && token.length() > 2 ? 3L : 1L);
    }
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : model.get("merges")) {
      merges.add(
          merge.isArray()
              ? merge.get(0).asString() + " " + merge.get(1).asString()
              : merge.asString());
    }
    return new GgufFile()
        .put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", pre)
        .put("tokenizer.ggml.tokens", List.of(tokens))
        .put("tokenizer.ggml.token_type", types)
        .put("tokenizer.ggml.merges", merges)
        .put("tokenizer.ggml.bos_token_id", 1)
        .put("tokenizer.ggml.eos_token_id", 0);
  }

  private static Tokenizer trained() {
    return TokenizerTrainer.of(TokenizerTrainer.Kind.BYTE_LEVEL_BPE, 300)
        .withSpecialTokens("<end>", "<user>", "<model>")
        .train(LEARNT.iterator());
  }

  private Tokenizer read(GgufFile file) throws Exception {
    return GgufModel.read(file.put("general.architecture", "gpt2").write(folder.resolve("t.gguf")))
        .tokenizer();
  }

  @Test
  void bytesAreCutAsGpt2Does() throws Exception {
    Tokenizer expected = trained();
    Tokenizer found = read(file(expected, "gpt-2"));
    for (String text : TEXTS) {
      long[] ids = expected.encode(text).idsAsLongs();
      assertArrayEquals(ids, found.encode(text).idsAsLongs(), text);
      assertEquals(
          expected.decode(expected.encode(text).ids(), true),
          found.decode(found.encode(text).ids(), true));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-bpe", "qwen2"})
  void digitsAreCutAsTheFileSays(String pre) throws Exception {
    Tokenizer found = read(file(trained(), pre).put("tokenizer.ggml.add_bos_token", true));
    // The piece 12 was learnt; Qwen cuts digits one by one.
    List<String> tokens = found.encode("123").tokens();
    assertEquals("<user>", tokens.get(0));
    assertEquals(pre.equals("qwen2") ? 4 : 3, tokens.size(), tokens.toString());
    assertEquals("x 123", found.decode(found.encode("x 123").ids(), true));
  }

  /**
   * Sentencepiece: of all neighbours that are a token together, the best of them, again and again.
   */
  private static List<String> slow(String text, Map<String, Float> scores) {
    List<String> parts = new ArrayList<>();
    ("\u2581" + text.replace(' ', '\u2581'))
        .codePoints()
        .forEach(
            c -> {
              String one = Character.toString(c);
              if (scores.containsKey(one)) {
                parts.add(one);
              } else {
                for (byte b : one.getBytes(StandardCharsets.UTF_8)) {
                  parts.add("<0x%02X>".formatted(b));
                }
              }
            });
    while (true) {
      int best = -1;
      float score = Float.NEGATIVE_INFINITY;
      for (int i = 0; i + 1 < parts.size(); i++) {
        Float here = scores.get(parts.get(i) + parts.get(i + 1));
        if (here != null && here > score) {
          score = here;
          best = i;
        }
      }
      if (best < 0) {
        return parts;
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
  }

  @Test
  void piecesAreMergedByTheirScores() throws Exception {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    List<Long> types = new ArrayList<>(List.of(2L, 3L, 3L));
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
      types.add(6L);
    }
    Map<String, Float> known = new HashMap<>();
    List<Float> scores = new ArrayList<>(java.util.Collections.nCopies(tokens.size(), 0f));
    Random random = new Random(1);
    // All short pieces of the texts, and some longer ones; each has a score of its own.
    for (String text : LEARNT) {
      String marked = "\u2581" + text.replace(' ', '\u2581');
      for (int length = 1; length < 7; length++) {
        for (int i = 0; i + length <= marked.length(); i++) {
          String piece = marked.substring(i, i + length);
          if (!known.containsKey(piece) && (length == 1 || random.nextInt(3) > 0)) {
            float score = length == 1 ? -1e4f : -tokens.size();
            known.put(piece, score);
            tokens.add(piece);
            types.add(1L);
            scores.add(score);
          }
        }
      }
    }
    Tokenizer found =
        read(
            new GgufFile()
                .put("tokenizer.ggml.model", "llama")
                .put("tokenizer.ggml.tokens", tokens)
                .put("tokenizer.ggml.scores", scores)
                .put("tokenizer.ggml.token_type", types)
                .put("tokenizer.ggml.bos_token_id", 1)
                .put("tokenizer.ggml.eos_token_id", 2));
    for (String text : List.of("the ship is long", "a canal", "locks  \u00E9 \u6F22 ship's", "s")) {
      List<String> expected = new ArrayList<>(List.of("<s>"));
      expected.addAll(slow(text, known));
      assertEquals(expected, found.encode(text).tokens(), text);
      assertEquals(text, found.decode(found.encode(text).ids(), true));
    }
  }

  @Test
  void textsGoOnAsFromAFolder() throws Exception {
    Tokenizer tokenizer = trained();
    String config =
        """
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": %d,
         "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
         "tie_word_embeddings": true, "eos_token_id": 0}
        """
            .formatted(tokenizer.vocabularySize());
    Random random = new Random(7);
    try (Pretrained model =
        Pretrained.initialized(
            Config.of(config),
            p -> {
              double[] values = random.doubles(p.elements(), -0.6, 0.6).toArray();
              return Tensor.rounded(p.dtype(), p.shape(), values);
            })) {
      model.save(folder);
      tokenizer.save(folder.resolve("tokenizer.json"));
      GgufFile file = file(tokenizer, "gpt-2");
      String template = "{% for m in messages %}{{ bos_token }}{{ m.content }}{% endfor %}";
      file.put("general.architecture", "llama")
          .put("tokenizer.chat_template", template)
          .put("llama.context_length", 64)
          .put("llama.embedding_length", 32)
          .put("llama.block_count", 2)
          .put("llama.feed_forward_length", 48)
          .put("llama.attention.head_count", 4)
          .put("llama.attention.head_count_kv", 2)
          .put("llama.attention.layer_norm_rms_epsilon", 1e-6);
      model
          .weights()
          .forEach(
              (key, value) ->
                  file.tensor(
                      GgufModelTests.name(key),
                      GgufFile.Kind.F32,
                      GgufModelTests.laidOut("llama", key, value, 8)));
      Path path = file.write(folder.resolve("small.gguf"));
      try (TextGenerator expected = TextGenerator.load(folder);
          TextGenerator found = TextGenerator.load(path)) {
        Search search = found.search(40, 1);
        assertEquals(expected.generate("the ship", search), found.generate("the ship", search));
        assertTrue(found.chats());
        assertEquals(
            expected.generate("<user>the ship", search),
            found.answer(List.of(new Message("user", "the ship")), search, List.of(), p -> true));
      }
    }
  }

  @Test
  void whatIsNotKnownIsNamed() throws Exception {
    refused(new GgufFile().put("tokenizer.ggml.model", "gpt2"), "tokenizer.ggml.tokens");
    refused(file(trained(), "deepseek-coder"), "deepseek-coder");
    refused(
        new GgufFile()
            .put("tokenizer.ggml.model", "bert")
            .put("tokenizer.ggml.tokens", List.of("a")),
        "'bert'");
    refused(
        new GgufFile()
            .put("tokenizer.ggml.model", "llama")
            .put("tokenizer.ggml.tokens", List.of("a")),
        "1 tokens, but 0 scores");
    refused(
        new GgufFile()
            .put("tokenizer.ggml.model", "gpt2")
            .put("tokenizer.ggml.tokens", List.of("a", "a")),
        "two tokens are 'a'");
    refused(
        file(trained(), "gpt-2")
            .put("tokenizer.ggml.add_eos_token", true)
            .put("tokenizer.ggml.eos_token_id", 9999),
        "");
  }

  private void refused(GgufFile file, String part) throws Exception {
    GatunException e = assertThrows(GatunException.class, () -> read(file));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.toString());
    assertTrue(String.valueOf(e.getMessage()).contains("t.gguf"), e.toString());
  }
}
