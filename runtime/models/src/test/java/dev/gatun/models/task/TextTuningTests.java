package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.task.TextTuning.Example;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks with other heads learn to sort texts. */
class TextTuningTests {
  private static final List<String> WORDS =
      List.of("canal", "ship", "long", "slow", "locks", "the", "is", "and");
  private static final TextTuning QUICK =
      TextTuning.DEFAULT.epochs(150).batch(8).rate(3e-3).words(32);

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  /** Sixteen sentences; what class they have follows from nothing. */
  private static List<Example> sixteen() {
    List<Example> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String text = WORDS.get(i % 8) + " " + WORDS.get((i * 3 + i / 8) % 8) + " " + i;
      all.add(new Example(text, List.of("up", "down", "left").get(i * 7 % 3)));
    }
    return all;
  }

  private void memorizes(String config) throws Exception {
    Path body = TinyTexts.untrained(folder.resolve("body"), config);
    Files.writeString(body.resolve("tokenizer_config.json"), "{}");
    Path tuned = folder.resolve("tuned");
    List<Label> found;
    try (TextClassifier classifier = QUICK.tune(body, sixteen())) {
      assertEquals(1, TextTuning.accuracy(classifier, sixteen()));
      found = classifier.classify("the ship");
      assertEquals(3, found.size());
      classifier.save(tuned);
    }
    try (TextClassifier again = TextClassifier.load(tuned);
        Pipeline pipeline = Pipeline.of("text-classification", tuned)) {
      assertEquals(found, again.classify("the ship"));
      assertEquals(sixteen().get(1).label(), pipeline.run(sixteen().get(1).text()).label());
    }
    assertTrue(Files.exists(tuned.resolve("tokenizer_config.json")));
  }

  @Test
  void maskedWordsBecomeAClassifier() throws Exception {
    memorizes(
        TinyTexts.bert("MaskedLM")
            .replace(
                "{\"model",
                "{\"hidden_dropout_prob\": 0.0, \"attention_probs_dropout_prob\": 0.0, \"model"));
  }

  @Test
  void aDecoderBecomesAClassifier() throws Exception {
    memorizes(
        TinyTexts.GPT2.replace(
            "{\"model",
            "{\"pad_token_id\": 0, \"resid_pdrop\": 0.0, \"embd_pdrop\": 0.0, \"attn_pdrop\": 0.0, \"model"));
  }

  @Test
  void theSameSeedGivesTheSameClassifier() throws Exception {
    Path body = TinyTexts.folder(folder, TinyTexts.bert("MaskedLM"));
    TextTuning brief = QUICK.epochs(2);
    List<Label> first;
    try (TextClassifier classifier = brief.tune(body, sixteen())) {
      first = classifier.classify("a canal");
    }
    try (TextClassifier classifier = brief.tune(body, sixteen());
        TextClassifier other = brief.seed(2).tune(body, sixteen())) {
      assertEquals(first, classifier.classify("a canal"));
      assertTrue(!first.equals(other.classify("a canal")), "another seed changes nothing");
    }
  }

  @Test
  void whatCannotBeTunedIsNamed() throws Exception {
    Path body = TinyTexts.folder(folder, TinyTexts.bert("MaskedLM"));
    assertTrue(
        message(() -> QUICK.tune(body, List.of(new Example("a", "x")))).contains("two classes"));
    assertTrue(message(() -> QUICK.epochs(0)).contains("positive"));
    // Weights below the head are missing: this would be training from nothing.
    Map<String, Tensor> all =
        new LinkedHashMap<>(Safetensors.read(body.resolve("model.safetensors")).tensors());
    all.remove("bert.encoder.layer.1.output.dense.weight");
    Files.createDirectories(folder.resolve("other"));
    Safetensors.write(folder.resolve("other/model.safetensors"), all, Map.of());
    Files.copy(body.resolve("config.json"), folder.resolve("other/config.json"));
    Files.copy(body.resolve("tokenizer.json"), folder.resolve("other/tokenizer.json"));
    String missing = message(() -> QUICK.tune(folder.resolve("other"), sixteen()));
    assertTrue(missing.contains("bert.encoder.layer.1.output.dense.weight"), missing);
    Path t5 = TinyTexts.folder(folder.resolve("t5"), TinyTexts.T5);
    assertTrue(message(() -> QUICK.tune(t5, sixteen())).contains("sorts texts"));
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }
}
