package dev.gatun.models.llava;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.Generation;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.train.net.Parameter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures among words: what CLIP and Llama say of the same weights. */
class LlavaTests {
  private static final int WORDS = 40;
  private static final int IMAGE = 33;
  private static final String VISION =
      """
      {"model_type": "clip_vision_model", "hidden_size": 16, "intermediate_size": 24,
       "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": 12, "patch_size": 4}
      """;
  private static final String TEXT =
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": WORDS,
       "hidden_size": 24, "intermediate_size": 20, "num_hidden_layers": 2,
       "num_attention_heads": 4, "num_key_value_heads": 2, "eos_token_id": 39}
      """;

  private static Config config(String more) {
    return Config.of(
        "{\"model_type\": \"llava\", \"architectures\": [\"LlavaForConditionalGeneration\"],"
            + " \"image_token_index\": %d, \"vision_config\": %s, \"text_config\": %s%s}"
                .formatted(IMAGE, VISION, text(WORDS), more));
  }

  private static String text(int words) {
    return TEXT.replace("WORDS", Integer.toString(words));
  }

  private static Tensor random(String name, Shape shape) {
    Random random = new Random(name.hashCode());
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * 0.3f;
    }
    return Tensor.of(values, shape.sizes());
  }

  private static Tensor random(Parameter p) {
    return random(p.name(), p.shape());
  }

  private static Pretrained llava(String more) {
    return Pretrained.initialized(config(more), LlavaTests::random);
  }

  private static Tensor value(Map<String, Tensor> all, String name) {
    return Objects.requireNonNull(all.get(name), () -> "no " + name + " in " + all.keySet());
  }

  private static Tensor pictures(int count) {
    return random("pictures" + count, Shape.of(count, 3, 12, 12));
  }

  /** Words with nine ids for each picture. */
  private static long[] row(long... words) {
    return PicturePlaces.of(config("")).expanded(words);
  }

  /** Llama of the same weights, whose last words are the vectors of pictures. */
  private static Pretrained llama(Pretrained llava, float[] vectors, int width) {
    int count = vectors.length / width;
    return Pretrained.initialized(
        Config.of(text(WORDS + count)),
        p -> {
          Tensor own = value(llava.weights(), "language_model." + p.name());
          if (own.shape().size(0) != WORDS) {
            return own;
          }
          float[] all = java.util.Arrays.copyOf(own.toFloats(), (WORDS + count) * width);
          if (p.name().equals("model.embed_tokens.weight")) {
            System.arraycopy(vectors, 0, all, WORDS * width, vectors.length);
          }
          return Tensor.of(all, WORDS + count, width);
        });
  }

  private static void sameAsLlama(String more, long[][] rows, int perPicture) {
    int pictureCount = 0;
    for (long id :
        java.util.Arrays.stream(rows).flatMapToLong(java.util.Arrays::stream).toArray()) {
      pictureCount += id == IMAGE ? 1 : 0;
    }
    pictureCount /= perPicture;
    Tensor pixels = pictures(pictureCount);
    try (Pretrained llava = llava(more)) {
      float[] vectors = new SlowEyes(llava.weights(), 3, 2, more).vectors(pixels);
      assertEquals(pictureCount * perPicture * 24, vectors.length);
      long[] flat = java.util.Arrays.stream(rows).flatMapToLong(java.util.Arrays::stream).toArray();
      long[] numbered = flat.clone();
      long next = WORDS;
      for (int i = 0; i < numbered.length; i++) {
        numbered[i] = numbered[i] == IMAGE ? next++ : numbered[i];
      }
      try (Pretrained llama = llama(llava, vectors, 24)) {
        float[] found =
            value(
                    llava.predict(
                        Map.of(
                            "input_ids",
                            Tensor.of(flat, rows.length, rows[0].length),
                            "pixel_values",
                            pixels)),
                    "logits")
                .toFloats();
        float[] expected =
            value(
                    llama.predict(
                        Map.of("input_ids", Tensor.of(numbered, rows.length, rows[0].length))),
                    "logits")
                .toFloats();
        int words = expected.length / flat.length;
        for (int i = 0; i < flat.length; i++) {
          for (int w = 0; w < WORDS; w++) {
            assertEquals(
                expected[i * words + w], found[i * WORDS + w], 1e-4, "word " + i + ", logit " + w);
          }
        }
      }
    }
  }

  @Test
  void picturesAreWordsThatClipAndTheProjectorMake() {
    sameAsLlama("", new long[][] {row(1, IMAGE, 5, 7, 8)}, 9);
    // Pictures follow each other through the rows, wherever they stand.
    sameAsLlama(
        "",
        new long[][] {row(1, IMAGE, 5, IMAGE), row(IMAGE, 2, 3, IMAGE), row(IMAGE, IMAGE, 4, 4)},
        9);
  }

  @Test
  void whichStatesCountIsAnOption() {
    String whole = ", \"vision_feature_select_strategy\": \"full\", \"vision_feature_layer\": -1";
    long[] ten = new long[12];
    java.util.Arrays.fill(ten, IMAGE);
    ten[0] = 3;
    ten[11] = 4;
    sameAsLlama(whole, new long[][] {ten}, 10);
    sameAsLlama(", \"vision_feature_layer\": [0, -3, 2]", new long[][] {row(1, IMAGE, 5, 7, 8)}, 9);
  }

  @Test
  void withoutPicturesItIsTheDecoder() {
    try (Pretrained llava = llava("");
        Pretrained llama = llama(llava, new float[0], 24)) {
      Map<String, Tensor> words = Map.of("input_ids", Tensor.of(new long[] {1, 2, 9, 5}, 2, 2));
      assertArrayEquals(
          value(llama.predict(words), "logits").toFloats(),
          value(llava.predict(words), "logits").toFloats(),
          1e-6f);
      assertEquals(
          Generation.greedy(12).run(llama, words), Generation.greedy(12).run(llava, words));
    }
  }

  /** The words that come when all is computed anew for each. */
  private static long[] recomputed(Pretrained llava, long[] row, Tensor pixels, int count) {
    long[] all = row.clone();
    for (int i = 0; i < count; i++) {
      Map<String, Tensor> inputs =
          Map.of("input_ids", Tensor.of(all, 1, all.length), "pixel_values", pixels);
      float[] logits = value(llava.predict(inputs), "logits").toFloats();
      int best = 0;
      for (int w = 0; w < WORDS; w++) {
        int last = (all.length - 1) * WORDS;
        // The word for pictures is never said here, so that both ways read the same.
        best = w != IMAGE && logits[last + w] > logits[last + best] ? w : best;
      }
      all = java.util.Arrays.copyOf(all, all.length + 1);
      all[all.length - 1] = best;
    }
    return all;
  }

  @Test
  void decodingWithCachesIsDecodingAnew() {
    try (Pretrained llava = llava("")) {
      Generation greedy =
          Generation.greedy(15).with((words, logits) -> logits[IMAGE] = Float.NEGATIVE_INFINITY);
      for (long[] row :
          new long[][] {row(1, IMAGE, 5, 7), row(IMAGE, IMAGE, 3), row(2, 2, IMAGE)}) {
        int count = (int) java.util.Arrays.stream(row).filter(id -> id == IMAGE).count() / 9;
        Tensor pixels = pictures(count);
        long[] expected = recomputed(llava, row, pixels, 15);
        Map<String, Tensor> inputs =
            Map.of("input_ids", Tensor.of(row, 1, row.length), "pixel_values", pixels);
        assertArrayEquals(expected, greedy.run(llava, inputs).toLongs());
      }
      // Two rows of one picture each, at different places and of different lengths.
      long[] a = row(1, IMAGE, 5, 7);
      long[] b = row(1, 4, 4, IMAGE);
      Tensor pixels = pictures(2);
      long[] both = new long[24];
      System.arraycopy(a, 0, both, 0, 12);
      System.arraycopy(b, 0, both, 12, 12);
      long[] found =
          greedy
              .run(llava, Map.of("input_ids", Tensor.of(both, 2, 12), "pixel_values", pixels))
              .toLongs();
      float[] all = pixels.toFloats();
      for (int r = 0; r < 2; r++) {
        float[] one = java.util.Arrays.copyOfRange(all, r * 432, (r + 1) * 432);
        assertArrayEquals(
            recomputed(llava, r == 0 ? a : b, Tensor.of(one, 1, 3, 12, 12), 15),
            java.util.Arrays.copyOfRange(found, r * 27, (r + 1) * 27));
      }
    }
  }

  @Test
  void picturesAndTheirPlacesMustAgree() {
    try (Pretrained llava = llava("")) {
      Tensor ids = Tensor.of(new long[] {1, IMAGE, IMAGE, 5}, 1, 4);
      String few =
          message(
              () ->
                  Generation.greedy(3)
                      .run(llava, Map.of("input_ids", ids, "pixel_values", pictures(1))));
      assertTrue(few.contains("2 times") && few.contains("9 vectors"), few);
      String none = message(() -> Generation.greedy(3).run(llava, Map.of("input_ids", ids)));
      assertTrue(none.contains("0 vectors"), none);
    }
    String siglip =
        message(
            () ->
                Pretrained.initialized(
                    Config.of(config("").json().replace("clip_vision_model", "siglip"))));
    assertTrue(siglip.contains("siglip"), siglip);
    assertTrue(message(() -> llava(", \"vision_feature_layer\": 4")).contains("-4 to 3"));
  }

  @Test
  void filesOfOlderAndNewerVersionsAreRead(@TempDir Path folder) {
    try (Pretrained llava = llava("")) {
      llava.save(folder.resolve("old"));
      Map<String, Tensor> renamed = new LinkedHashMap<>();
      llava
          .weights()
          .forEach(
              (name, value) ->
                  renamed.put(
                      name.startsWith("language_model.lm_head")
                          ? name.substring("language_model.".length())
                          : "model." + name.replace("language_model.model.", "language_model."),
                      value));
      // Such files have all of the tower, also what is not used.
      String unused = "model.vision_tower.vision_model.post_layernorm.weight";
      renamed.put(unused, Tensor.of(new float[16], 16));
      llava.save(folder.resolve("new"));
      try (Pretrained first = Pretrained.load(folder.resolve("old"))) {
        assertTrue(first.report().isClean(), () -> first.report().toString());
      }
      Safetensors.write(folder.resolve("new/model.safetensors"), renamed, Map.of());
      LoadOptions exact = LoadOptions.DEFAULT.strictness(LoadOptions.Strictness.EXACT);
      try (Pretrained again = Pretrained.load(folder.resolve("new"), exact)) {
        Map<String, Tensor> words = Map.of("input_ids", Tensor.of(new long[] {1, 2, 9}, 1, 3));
        assertEquals(value(llava.predict(words), "logits"), value(again.predict(words), "logits"));
        again.save(folder.resolve("copy"));
        assertTrue(
            Safetensors.read(folder.resolve("copy/model.safetensors"))
                .tensors()
                .keySet()
                .equals(renamed.keySet()));
      }
    }
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }
}
