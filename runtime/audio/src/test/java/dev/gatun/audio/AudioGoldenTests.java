package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Spectra, mel filters and features of {@code classic.json}. */
class AudioGoldenTests {
  private static final double ABSOLUTE = 1e-3;

  private static int number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertTrue(matcher.find(), () -> "no " + pattern + " in: " + text);
    return Integer.parseInt(matcher.group(1));
  }

  /** Settings of the file and what follows from them. */
  private record Settings(int rate, int size, int hop, String note, Sound sound) {
    Stft stft() {
      return Stft.of(size, hop);
    }

    Tensor features(String name, Tensor expected) {
      return switch (name.replaceAll("_?\\d+$", "")) {
        case "audio/mel_filters" -> MelFilters.of(rate, size, number(name, "_(\\d+)$")).tensor();
        case "audio/stft_magnitude" -> magnitude(expected);
        case "audio/whisper_log_mel" ->
            new WhisperFeatures(
                    rate,
                    size,
                    hop,
                    (int) expected.shape().size(0),
                    rate * number(note, "chunk_length (\\d+) s"))
                .apply(sound);
        case "audio/mfcc" ->
            MelFilters.of(rate, size, number(note, "librosa (\\d+) mels"))
                .apply(stft().transform(sound.channel(0)).power())
                .decibels(80)
                .cepstrum(number(name, "mfcc(\\d+)"))
                .tensor();
        default -> throw new AssertionError("unknown case " + name);
      };
    }

    /** The file does not say how the sound goes on at its ends: one of the ways must agree. */
    private Tensor magnitude(Tensor expected) {
      for (Edges edges : Edges.values()) {
        Tensor magnitude = stft().with(edges).transform(sound.channel(0)).magnitude().tensor();
        if (distance(expected, magnitude) < ABSOLUTE) {
          return magnitude;
        }
      }
      return stft().transform(sound.channel(0)).magnitude().tensor();
    }
  }

  private static double distance(Tensor expected, Tensor actual) {
    if (!expected.shape().equals(actual.shape())) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (long i = 0; i < expected.elements(); i++) {
      largest = Math.max(largest, Math.abs(expected.getDouble(i) - actual.getDouble(i)));
    }
    return largest;
  }

  @TestFactory
  Stream<DynamicTest> audio() {
    Golden golden = Golden.read("classic");
    JsonNode json = golden.json().path("audio");
    int rate = json.path("sample_rate").asInt(0);
    Sound sound =
        Sound.of(rate, Objects.requireNonNull(golden.tensors().get("audio/wav")).toFloats());
    Settings settings =
        new Settings(
            rate,
            json.path("n_fft").asInt(0),
            json.path("hop").asInt(0),
            json.path("note").stringValue(""),
            sound);
    return golden.tensors().keySet().stream()
        .filter(name -> name.startsWith("audio/") && !name.equals("audio/wav"))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Tensor expected = Objects.requireNonNull(golden.tensors().get(name));
                      Tensor actual = settings.features(name, expected);
                      assertEquals(expected.shape(), actual.shape());
                      double distance = distance(expected, actual);
                      assertTrue(distance < ABSOLUTE, () -> "differs by " + distance);
                    }));
  }
}
