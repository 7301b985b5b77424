package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.family.Config;
import dev.gatun.train.Trainer;
import dev.gatun.train.optim.Optimizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading, saving, other heads, training, and what is said about files that do not fit. */
class PretrainedTests {
  private static final String BERT =
      """
      {"model_type": "bert", "architectures": ["BertForSequenceClassification"],
       "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
       "intermediate_size": 24, "vocab_size": 31, "max_position_embeddings": 20,
       "id2label": {"0": "no", "1": "yes", "2": "maybe"}}
      """;

  private static Map<String, Tensor> words() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {1, 5, 7, 2, 9, 30, 3, 0}, 2, 4));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 1, 1, 0}, 2, 4));
    return inputs;
  }

  private static float[] logits(Pretrained model) {
    return value(model.predict(words()), "logits").toFloats();
  }

  private static Tensor value(Map<String, Tensor> all, String name) {
    Tensor tensor = all.get(name);
    assertTrue(tensor != null, () -> "no " + name + " in " + all.keySet());
    return tensor;
  }

  private static Path saved(Path folder) {
    try (Pretrained model = Pretrained.initialized(Config.of(BERT))) {
      model.save(folder);
    }
    return folder;
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  private static void rewrite(Path folder, Map<String, Tensor> tensors) {
    Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
  }

  private static Map<String, Tensor> tensors(Path folder) {
    return new LinkedHashMap<>(Safetensors.read(folder.resolve("model.safetensors")).tensors());
  }

  @Test
  void aSavedNetworkIsTheSame(@TempDir Path folder) {
    try (Pretrained model = Pretrained.initialized(Config.of(BERT))) {
      model.save(folder);
      try (Pretrained again = Pretrained.load(folder)) {
        assertTrue(again.report().isClean(), () -> again.report().toString());
        assertArrayEquals(logits(model), logits(again));
        assertEquals(List.of("no", "yes", "maybe"), again.config().labels());
        again.save(folder.resolve("copy"));
        assertEquals(tensors(folder).keySet(), tensors(folder.resolve("copy")).keySet());
        String wrong = message(() -> again.save(folder));
        assertTrue(wrong.contains("mapped"), wrong);
      }
    }
  }

  @Test
  void shardsAreReadAndWritten(@TempDir Path folder) throws Exception {
    Map<String, Tensor> all = tensors(saved(folder.resolve("one")));
    Path shards = Files.createDirectories(folder.resolve("two"));
    Files.copy(folder.resolve("one/config.json"), shards.resolve("config.json"));
    Map<String, Tensor> first = new LinkedHashMap<>();
    Map<String, Tensor> second = new LinkedHashMap<>();
    List<String> entries = new ArrayList<>();
    all.forEach(
        (key, value) -> {
          boolean even = first.size() <= second.size();
          (even ? first : second).put(key, value);
          entries.add("\"" + key + "\": \"" + (even ? "a" : "b") + ".safetensors\"");
        });
    Safetensors.write(shards.resolve("a.safetensors"), first, Map.of());
    Safetensors.write(shards.resolve("b.safetensors"), second, Map.of());
    Path index = shards.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": {" + String.join(",", entries) + "}}");
    try (Pretrained one = Pretrained.load(folder.resolve("one"));
        Pretrained two = Pretrained.load(shards)) {
      assertArrayEquals(logits(one), logits(two));
      two.save(folder.resolve("again"));
      assertEquals(
          first.keySet(),
          Safetensors.read(folder.resolve("again/a.safetensors")).tensors().keySet());
      Pretrained.load(folder.resolve("again")).close();
    }
    Files.delete(shards.resolve("b.safetensors"));
    assertTrue(message(() -> Pretrained.load(shards)).contains("b.safetensors"));
    Files.writeString(index, "{\"weight_map\": {\"x\": \"../a.safetensors\"}}");
    assertTrue(message(() -> Pretrained.load(shards)).contains("no name of a file"));
  }

  @Test
  void halfPrecisionIsWidened(@TempDir Path folder) {
    Map<String, Tensor> all = tensors(saved(folder.resolve("one")));
    for (DType type : List.of(DType.BF16, DType.F16, DType.F64)) {
      Path other = folder.resolve(type.toString());
      Map<String, Tensor> halves = new LinkedHashMap<>();
      all.forEach(
          (key, value) -> halves.put(key, Tensor.rounded(type, value.shape(), value.toDoubles())));
      saved(other);
      rewrite(other, halves);
      try (Pretrained model = Pretrained.load(other);
          Pretrained exact = Pretrained.load(folder.resolve("one"))) {
        float[] expected = logits(exact);
        float[] actual = logits(model);
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], actual[i], 0.02, type + " element " + i);
        }
        String name = "bert.embeddings.word_embeddings.weight";
        assertArrayEquals(value(halves, name).toFloats(), value(model.weights(), name).toFloats());
      }
    }
  }

  @Test
  void aReportNamesWhatDoesNotFit(@TempDir Path folder) {
    Map<String, Tensor> all = tensors(saved(folder));
    Map<String, Tensor> changed = new LinkedHashMap<>(all);
    changed.remove("classifier.bias");
    changed.put("classifier.weight", Tensor.of(new float[32], 2, 16));
    changed.put("cls.seq_relationship.bias", Tensor.of(new float[2], 2));
    rewrite(folder, changed);
    String wrong = message(() -> Pretrained.load(folder));
    assertTrue(wrong.contains("classifier.bias") && wrong.contains("[2, 16]"), wrong);
    LoadOptions partial = LoadOptions.DEFAULT.strictness(LoadOptions.Strictness.PARTIAL);
    try (Pretrained model = Pretrained.load(folder, partial)) {
      assertEquals(List.of("classifier.bias"), model.report().missing());
      assertEquals(List.of("cls.seq_relationship.bias"), model.report().unexpected());
      assertEquals(1, model.report().mismatched().size());
    }
    changed.putAll(all);
    rewrite(folder, changed);
    Pretrained.load(folder).close();
    LoadOptions exact = LoadOptions.DEFAULT.strictness(LoadOptions.Strictness.EXACT);
    assertTrue(message(() -> Pretrained.load(folder, exact)).contains("cls.seq_relationship.bias"));
  }

  @Test
  void anotherHeadKeepsTheRest(@TempDir Path folder) {
    saved(folder);
    LoadOptions options =
        LoadOptions.DEFAULT
            .as("BertForTokenClassification")
            .labels(List.of("a", "b", "c", "d", "e"));
    try (Pretrained model = Pretrained.load(folder, options)) {
      Tensor logits = value(model.predict(words()), "logits");
      assertArrayEquals(new long[] {2, 4, 5}, logits.shape().sizes());
      assertTrue(model.report().missing().isEmpty());
      assertEquals(2, model.report().mismatched().size(), () -> model.report().toString());
    }
    try (Pretrained model = Pretrained.load(folder, LoadOptions.DEFAULT.as("BertModel"))) {
      assertTrue(model.predict(words()).containsKey("last_hidden_state"));
      assertTrue(model.report().missing().isEmpty());
    }
  }

  @Test
  void filesOfHeadlessNetworksLeaveOutTheBase(@TempDir Path folder) {
    Map<String, Tensor> all = tensors(saved(folder));
    Map<String, Tensor> changed = new LinkedHashMap<>();
    all.forEach(
        (key, value) ->
            changed.put(key.startsWith("bert.") ? key.substring("bert.".length()) : key, value));
    float[] expected;
    try (Pretrained model = Pretrained.load(folder)) {
      expected = logits(model);
    }
    rewrite(folder, changed);
    try (Pretrained model = Pretrained.load(folder)) {
      assertArrayEquals(expected, logits(model));
    }
  }

  @Test
  void anUntiedHeadHasABiasOfItsOwn(@TempDir Path folder) {
    String json =
        BERT.replace("BertForSequenceClassification", "BertForMaskedLM")
            .replace("{\"model", "{\"tie_word_embeddings\": false, \"model");
    try (Pretrained model = Pretrained.initialized(Config.of(json))) {
      model.save(folder);
      model.save(folder.resolve("original"));
    }
    // Not those of the file that is written: they are mapped from there.
    Map<String, Tensor> changed = tensors(folder.resolve("original"));
    Tensor bias = Tensor.of(new float[31], 31);
    // Older files have one bias under another name.
    changed.remove("cls.predictions.decoder.bias");
    changed.put("cls.predictions.bias", bias);
    rewrite(folder, changed);
    try (Pretrained model = Pretrained.load(folder)) {
      assertTrue(model.report().isClean(), () -> model.report().toString());
      assertEquals(bias, value(model.weights(), "cls.predictions.decoder.bias"));
      model.save(folder.resolve("copy"));
      Pretrained.load(folder.resolve("copy")).close();
    }
  }

  @Test
  void aMaskHidesSound() {
    String json =
        """
        {"model_type": "wav2vec2", "architectures": ["Wav2Vec2ForSequenceClassification"],
         "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 12, "conv_dim": [4, 6], "conv_kernel": [5, 3], "conv_stride": [3, 2],
         "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2,
         "feat_extract_norm": "layer", "do_stable_layer_norm": true, "conv_bias": true,
         "classifier_proj_size": 5}
        """;
    long[] counts = new long[80];
    float[] one = new float[80];
    float[] other = new float[80];
    for (int i = 0; i < 80; i++) {
      counts[i] = i < 50 ? 1 : 0;
      one[i] = (float) Math.sin(i);
      // Steps that count end before the sample 50.
      other[i] = i < 50 ? one[i] : 3;
    }
    try (Pretrained model = Pretrained.initialized(Config.of(json))) {
      Tensor mask = Tensor.of(counts, 1, 80);
      Map<String, Tensor> first = Map.of("input_values", Tensor.of(one, 1, 80));
      Map<String, Tensor> masked = new LinkedHashMap<>(first);
      masked.put("attention_mask", mask);
      float[] expected = value(model.predict(masked), "logits").toFloats();
      masked.put("input_values", Tensor.of(other, 1, 80));
      assertArrayEquals(expected, value(model.predict(masked), "logits").toFloats(), 1e-6f);
      float[] all = value(model.predict(first), "logits").toFloats();
      assertTrue(Math.abs(all[0] - expected[0]) > 1e-7);
    }
  }

  @Test
  void wrongFilesAreNamed(@TempDir Path folder) throws Exception {
    assertTrue(message(() -> Pretrained.load(folder)).contains("config.json"));
    Files.writeString(folder.resolve("config.json"), BERT);
    assertTrue(message(() -> Pretrained.load(folder)).contains("model.safetensors"));
    Files.write(folder.resolve("model.safetensors"), new byte[] {1, 2, 3});
    assertTrue(message(() -> Pretrained.load(folder)).contains("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"nonesuch\"}");
    String unknown = message(() -> Pretrained.load(folder));
    assertTrue(unknown.contains("nonesuch") && unknown.contains("bert, camembert"), unknown);
    Files.writeString(folder.resolve("config.json"), BERT.replace("16", "\"wide\""));
    assertTrue(message(() -> Pretrained.load(folder)).contains("hidden_size"));
    Files.writeString(
        folder.resolve("config.json"), BERT.replace("{\"model", "{\"hidden_act\": \"x\", \"model"));
    assertTrue(message(() -> Pretrained.load(folder)).contains("hidden_act = \"x\""));
    Files.writeString(folder.resolve("config.json"), "[");
    assertTrue(message(() -> Pretrained.load(folder)).contains("no JSON"));
    String net = message(() -> Pretrained.torchvision(folder, "resnet51", LoadOptions.DEFAULT));
    assertTrue(net.contains("resnet51") && net.contains("resnet50"), net);
  }

  @Test
  void inputsAreChecked() {
    try (Pretrained model = Pretrained.initialized(Config.of(BERT))) {
      Map<String, Tensor> inputs = words();
      inputs.put("nothing", Tensor.scalar(1));
      assertTrue(message(() -> model.predict(inputs)).contains("nothing"));
      inputs.clear();
      inputs.put("attention_mask", Tensor.of(new long[] {1}, 1, 1));
      assertTrue(message(() -> model.predict(inputs)).contains("input_ids"));
    }
  }

  private static Pretrained trained(Pretrained model, Trainer trainer, Map<String, Tensor> data) {
    for (int i = 0; i < 40; i++) {
      trainer.step(data);
    }
    return model.with(trainer.net());
  }

  @Test
  void theSameNetworkTrains() {
    try (Pretrained model = Pretrained.initialized(Config.of(BERT))) {
      Map<String, Tensor> data = words();
      data.put("labels", Tensor.of(new long[] {2, 0}, 2));
      try (Trainer trainer =
              Trainer.builder(model.net("input_ids", "attention_mask"))
                  .loss(model.objective())
                  .optimizer(Optimizers.adam(0.01))
                  .build();
          Pretrained trained = trained(model, trainer, data)) {
        float[] y = logits(trained);
        assertTrue(y[2] > y[0] + 1 && y[2] > y[1] + 1, "first sample is not class 2");
        assertTrue(y[3] > y[4] + 1 && y[3] > y[5] + 1, "second sample is not class 0");
      }
    }
  }
}
