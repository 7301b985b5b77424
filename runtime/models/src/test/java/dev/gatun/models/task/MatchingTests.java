package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.generate.Search;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks with pictures and texts, and those that config.json has options for. */
class MatchingTests {
  private static final String TOWER =
      "{\"model_type\": \"clip_vision_model\", \"hidden_size\": 16, \"intermediate_size\": 20,"
          + " \"num_hidden_layers\": 2, \"num_attention_heads\": 2, \"image_size\": 12,"
          + " \"patch_size\": 4}";
  private static final String CLIP =
      "{\"model_type\": \"clip\", \"architectures\": [\"CLIPModel\"], \"projection_dim\": 12,"
          + " \"text_config\": {\"vocab_size\": VOCABULARY, \"hidden_size\": 16,"
          + " \"intermediate_size\": 20, \"num_hidden_layers\": 1, \"num_attention_heads\": 2,"
          + " \"max_position_embeddings\": 20, \"eos_token_id\": 2}, \"vision_config\": "
          + TOWER
          + "}";
  private static final String LLAVA =
      "{\"model_type\": \"llava\", \"architectures\": [\"LlavaForConditionalGeneration\"],"
          + " \"image_token_index\": 2, \"vision_config\": "
          + TOWER
          + ", \"text_config\": {\"model_type\": \"llama\", \"vocab_size\": VOCABULARY,"
          + " \"hidden_size\": 16, \"intermediate_size\": 20, \"num_hidden_layers\": 1,"
          + " \"num_attention_heads\": 2}}";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private static Tensor picture(int seed) {
    long[] levels = new Random(seed).longs(3 * 20 * 30, 0, 256).toArray();
    return Tensor.whole(DType.U8, Shape.of(3, 20, 30), levels);
  }

  private void withPictures(String config) throws Exception {
    TinyTexts.folder(folder, config);
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"do_resize\": true, \"size\": {\"height\": 12, \"width\": 12}, \"resample\": 2,"
            + " \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5]}");
  }

  @Test
  void textsAreMatchedWithAPicture() throws Exception {
    withPictures(CLIP);
    List<String> texts = List.of("a ship", "the canal is long", "locks " + "and ".repeat(40));
    try (ImageTextMatcher matcher = ImageTextMatcher.load(folder);
        Pretrained model = Pretrained.load(folder)) {
      List<Label> found = matcher.match(picture(1), texts);
      assertEquals(1, found.stream().mapToDouble(Label::score).sum(), 1e-9);
      assertTrue(found.get(0).score() >= found.get(1).score());
      // As the network says for both at once.
      Tensor x = Preprocessing.read(folder).apply(picture(1)).reshape(Shape.of(1, 3, 12, 12));
      double[] logits = new double[2];
      for (int i = 0; i < 2; i++) {
        long[] ids =
            dev.gatun.text.Tokenizer.load(folder.resolve("tokenizer.json"))
                .encode(texts.get(i))
                .idsAsLongs();
        Map<String, Tensor> both =
            Map.of("pixel_values", x, "input_ids", Tensor.of(ids, 1, ids.length));
        logits[i] = Objects.requireNonNull(model.predict(both).get("logits_per_image")).getFloat(0);
      }
      double first = score(found, texts.get(0));
      double second = score(found, texts.get(1));
      assertEquals(Math.exp(logits[0] - logits[1]), first / second, 1e-4 * first / second);
      assertEquals(1, matcher.match(picture(1), texts.subList(0, 1)).get(0).score(), 1e-12);
    }
    Path bert = folder.resolve("bert");
    TinyTexts.folder(bert, TinyTexts.bert("SequenceClassification"));
    Files.copy(
        folder.resolve("preprocessor_config.json"), bert.resolve("preprocessor_config.json"));
    assertTrue(message(() -> ImageTextMatcher.load(bert)).contains("CLIPModel"));
  }

  private static double score(List<Label> labels, String text) {
    return labels.stream().filter(l -> l.label().equals(text)).findFirst().orElseThrow().score();
  }

  @Test
  void questionsAboutPicturesAreAnswered() throws Exception {
    withPictures(LLAVA);
    // The third special token stands for a picture.
    try (ImageAnswerer answerer = ImageAnswerer.load(folder)) {
      Search search = Search.greedy(8);
      Answer one = answerer.generate(List.of(picture(1)), "a <model> ship", search);
      assertEquals(8, one.words());
      assertEquals(one, answerer.generate(List.of(picture(1)), "a <model> ship", search));
      assertEquals(
          8,
          answerer
              .generate(List.of(picture(1), picture(2)), "a <model> or <model>?", search)
              .words());
      String few = message(() -> answerer.generate(List.of(picture(1)), "a ship", search));
      assertTrue(few.contains("0 times") && few.contains("<model>"), few);
    }
    Path gpt = folder.resolve("gpt");
    TinyTexts.folder(gpt, TinyTexts.GPT2);
    Files.copy(folder.resolve("preprocessor_config.json"), gpt.resolve("preprocessor_config.json"));
    assertTrue(message(() -> ImageAnswerer.load(gpt)).contains("llava"));
  }

  @Test
  void tasksHaveOptionsOfTheirOwn() throws Exception {
    String tasks =
        "{\"task_specific_params\": {\"summarization\": {\"prefix\": \"the \","
            + " \"max_length\": 5, \"num_beams\": 2}, \"translation_en_to_de\": {\"prefix\":"
            + " \"a ship: \", \"max_length\": 7}}, ";
    TinyTexts.folder(folder, TinyTexts.T5.replace("{\"model_type\"", tasks + "\"model_type\""));
    try (TextGenerator generator = TextGenerator.load(folder);
        Summarizer summarizer = Summarizer.load(folder);
        Translator translator = Translator.load(folder, "en", "de");
        Translator plain = Translator.load(folder)) {
      Search beams = generator.search(5, 0).searched(2);
      assertEquals(
          generator.generate("the ship is slow", beams).text().strip(),
          summarizer.summarize("ship is slow"));
      assertEquals(
          generator.generate("a ship: canal", generator.search(7, 0)).text().strip(),
          translator.translate("canal"));
      assertEquals(
          generator.generate("canal", generator.search(256, 0)).text().strip(),
          plain.translate("canal"));
    }
    String unknown = message(() -> Translator.load(folder, "en", "xx"));
    assertTrue(
        unknown.contains("translation_en_to_xx") && unknown.contains("translation_en_to_de"),
        unknown);
    Path other = TinyTexts.folder(folder.resolve("other"), TinyTexts.T5);
    try (Summarizer summarizer = Summarizer.load(other);
        Rewriter rewriter = Rewriter.load(other, "")) {
      assertEquals(rewriter.rewrite("the ship"), summarizer.summarize("the ship"));
    }
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }
}
