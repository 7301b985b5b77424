package dev.gatun.models.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.audio.CtcDecoder;
import dev.gatun.audio.Sound;
import dev.gatun.audio.SpeechFeatures;
import dev.gatun.audio.Wav;
import dev.gatun.audio.WavFormat;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.generate.Search;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** From sound to text: what the network and its files say, step by step. */
class SpeechRecognizerTests {
  @TempDir Path directory;

  private static String refusal(Executable refused) {
    return String.valueOf(assertThrows(GatunException.class, refused).getMessage());
  }

  private static Path golden(String name) {
    String property = System.getProperty("gatun.golden", "");
    Path golden = Path.of(property);
    for (Path at = Path.of("").toAbsolutePath();
        property.isEmpty() && at != null;
        at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve("golden");
      if (Files.isDirectory(candidate)) {
        golden = candidate;
        break;
      }
    }
    Path folder = golden.resolve("hf").resolve(name);
    assumeTrue(Files.isDirectory(folder), () -> folder + " is not there");
    return folder;
  }

  private Path copy(String name) throws IOException {
    Path to = Files.createDirectories(directory.resolve(name));
    try (Stream<Path> files = Files.list(golden(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  private static Sound sound(int rate, double seconds) {
    float[] samples = new float[(int) (rate * seconds)];
    for (int t = 0; t < samples.length; t++) {
      double s = t / (double) rate;
      samples[t] = (float) (0.4 * Math.sin(2 * Math.PI * (300 + 400 * s) * s));
    }
    return Sound.of(rate, samples);
  }

  private Path letters() throws IOException {
    Path folder = copy("wav2vec2");
    StringBuilder vocabulary = new StringBuilder("{\"<pad>\": 0, \"<s>\": 1, \"</s>\": 2,");
    vocabulary.append("\"<unk>\": 3, \"|\": 4");
    for (int i = 5; i < 32; i++) {
      vocabulary
          .append(", \"")
          .append(i < 31 ? (char) ('A' + i - 5) : '\'')
          .append("\": ")
          .append(i);
    }
    Files.writeString(folder.resolve("vocab.json"), vocabulary + "}");
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"feature_extractor_type\": \"Wav2Vec2FeatureExtractor\", \"sampling_rate\": 16000}");
    return folder;
  }

  @Test
  void lettersAreThoseOfTheNetwork() throws IOException {
    Path folder = letters();
    Sound sound = sound(16000, 0.5);
    Tensor logits;
    try (Pretrained model = Pretrained.load(folder)) {
      Tensor input = SpeechFeatures.read(folder).apply(sound);
      logits =
          java.util.Objects.requireNonNull(
              model.predict(Map.of("input_values", input)).get("logits"));
    }
    Tensor steps = logits.reshape(Shape.of(logits.shape().size(1), logits.shape().size(2)));
    List<Integer> greedy = new CtcDecoder(0).greedy(steps).labels();
    StringBuilder expected = new StringBuilder();
    for (int label : greedy) {
      expected.append(
          label == 4 ? " " : label < 4 ? "" : label < 31 ? (char) ('A' + label - 5) : '\'');
    }
    try (SpeechRecognizer recognizer = SpeechRecognizer.load(folder)) {
      assertEquals(expected.toString().replaceAll(" +", " ").strip(), recognizer.transcribe(sound));
      assertTrue(!recognizer.transcribe(sound).isEmpty());
      Path file = directory.resolve("sound.wav");
      Wav.write(file, sound, WavFormat.FLOAT32);
      assertEquals(recognizer.transcribe(sound), recognizer.transcribe(file));
      assertEquals("", recognizer.transcribe(Sound.of(16000, new float[5])));
      assertTrue(
          refusal(() -> recognizer.transcribe(Sound.of(16000, new float[0]))).contains("no sound"));
      float[] broken = {0, Float.NaN};
      assertTrue(
          refusal(() -> recognizer.transcribe(Sound.of(16000, broken))).contains("sample 1"));
    }
    try (SpeechRecognizer wide = SpeechRecognizer.load(folder, SpeechOptions.DEFAULT.beam(8))) {
      List<Integer> best = new CtcDecoder(0).beam(steps, 8).getFirst().labels();
      assertEquals(Letters.read(folder, 32).text(best), wide.transcribe(sound));
    }
  }

  /** Another rate and two channels are the same sound after resampling. */
  @Test
  void otherSoundIsBroughtIntoForm() throws IOException {
    try (SpeechRecognizer recognizer = SpeechRecognizer.load(letters())) {
      Sound narrow = sound(8000, 0.5);
      Sound stereo = Sound.of(8000, narrow.channel(0), narrow.channel(0));
      assertEquals(recognizer.transcribe(narrow.resampled(16000)), recognizer.transcribe(stereo));
    }
  }

  /** A tokenizer whose words say their numbers. */
  private Path words(String generation) throws IOException {
    Path folder = copy("whisper");
    StringBuilder vocabulary = new StringBuilder();
    for (int i = 0; i < 99; i++) {
      vocabulary.append(i == 0 ? "" : ", ").append("\"w").append(i).append("\": ").append(i);
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\": [],"
            + " \"normalizer\": null, \"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"},"
            + " \"post_processor\": null, \"decoder\": null, \"model\": {\"type\":"
            + " \"WordLevel\", \"vocab\": {"
            + vocabulary
            + "}, \"unk_token\": \"w0\"}}");
    // 40 steps of 25 ms are what this network listens to at once.
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"feature_extractor_type\": \"WhisperFeatureExtractor\", \"feature_size\": 16,"
            + " \"sampling_rate\": 16000, \"hop_length\": 400, \"n_fft\": 400,"
            + " \"chunk_length\": 1}");
    Files.writeString(folder.resolve("generation_config.json"), generation);
    return folder;
  }

  private static String expected(Path folder, Sound sound, int count, long... prompt) {
    try (Pretrained model = Pretrained.load(folder)) {
      Tensor heard = SpeechFeatures.read(folder).apply(sound);
      long[] words =
          Search.greedy(count)
              .endingWith(2)
              .run(
                  model.decoder(),
                  Map.of("input_features", heard),
                  List.of(new long[][] {prompt}),
                  dev.gatun.models.generate.Listener.NONE)
              .getFirst()
              .words();
      List<String> texts = new ArrayList<>();
      Arrays.stream(words).forEach(word -> texts.add("w" + word));
      return String.join(" ", texts);
    }
  }

  @Test
  void wordsComeAfterThePrompt() throws IOException {
    Path folder =
        words("{\"decoder_start_token_id\": 1, \"eos_token_id\": 2, \"max_new_tokens\": 6}");
    Sound sound = sound(16000, 0.9);
    try (SpeechRecognizer recognizer = SpeechRecognizer.load(folder)) {
      assertEquals(expected(folder, sound, 6, 1), recognizer.transcribe(sound));
    }
    assertTrue(
        refusal(() -> SpeechRecognizer.load(folder, SpeechOptions.DEFAULT.in("de")))
            .contains("one language"));
  }

  @Test
  void languageAndTaskArePartOfThePrompt() throws IOException {
    Path folder =
        words(
            "{\"decoder_start_token_id\": 1, \"eos_token_id\": 2, \"max_new_tokens\": 6,"
                + " \"lang_to_id\": {\"<|en|>\": 50, \"<|de|>\": 51},"
                + " \"task_to_id\": {\"transcribe\": 60, \"translate\": 61},"
                + " \"no_timestamps_token_id\": 70}");
    Sound sound = sound(16000, 0.9);
    SpeechOptions german = SpeechOptions.DEFAULT.in("de");
    try (SpeechRecognizer recognizer = SpeechRecognizer.load(folder, german);
        SpeechRecognizer translator = SpeechRecognizer.load(folder, german.translated());
        SpeechRecognizer any = SpeechRecognizer.load(folder)) {
      assertEquals(expected(folder, sound, 6, 1, 51, 60, 70), recognizer.transcribe(sound));
      assertEquals(expected(folder, sound, 6, 1, 51, 61, 70), translator.transcribe(sound));
      assertTrue(
          List.of(
                  expected(folder, sound, 6, 1, 50, 60, 70),
                  expected(folder, sound, 6, 1, 51, 60, 70))
              .contains(any.transcribe(sound)));
    }
    assertTrue(
        refusal(() -> SpeechRecognizer.load(folder, SpeechOptions.DEFAULT.in("xx")))
            .contains("known are [de, en]"));
  }

  /** Longer sound is cut where it is quiet, and each part is heard by itself. */
  @Test
  void longSoundIsCutWhereItIsQuiet() throws IOException {
    Path folder =
        words("{\"decoder_start_token_id\": 1, \"eos_token_id\": 2, \"max_new_tokens\": 4}");
    float[] samples = sound(16000, 1.8).channel(0);
    Arrays.fill(samples, 14400, 15400, 0);
    Sound sound = Sound.of(16000, samples);
    try (SpeechRecognizer recognizer = SpeechRecognizer.load(folder)) {
      String text = recognizer.transcribe(sound);
      boolean found = false;
      for (int cut = 14400; cut <= 15400 && !found; cut += 100) {
        String both =
            recognizer.transcribe(sound.slice(0, cut))
                + " "
                + recognizer.transcribe(sound.slice(cut, sound.length()));
        found = both.equals(text);
      }
      assertTrue(found, text);
      assertNotEquals(text, recognizer.transcribe(sound.slice(0, 15000)));
    }
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Path folder = letters();
    Files.delete(folder.resolve("vocab.json"));
    assertTrue(refusal(() -> SpeechRecognizer.load(folder)).contains("vocab.json"));
    Files.delete(folder.resolve("preprocessor_config.json"));
    assertTrue(refusal(() -> SpeechRecognizer.load(folder)).contains("preprocessor_config.json"));
    Path bert = copy("bert");
    Files.writeString(
        bert.resolve("preprocessor_config.json"),
        "{\"feature_extractor_type\": \"Wav2Vec2FeatureExtractor\"}");
    assertTrue(refusal(() -> SpeechRecognizer.load(bert)).contains("'bert' does not listen"));
  }
}
