package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Golden;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Spectrograms, mel filters and resized pictures of {@code classic.json}. */
class SoundGoldenTests {
  private static Golden golden() throws Exception {
    var golden = Golden.read("classic");
    assumeTrue(golden.isPresent(), "there are no reference values");
    return golden.get();
  }

  private static int number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertTrue(matcher.find(), text);
    return Integer.parseInt(matcher.group(1));
  }

  private static Tensor tensor(double[][] rows) {
    double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Tensor.of(values, rows.length, rows[0].length);
  }

  @TestFactory
  Stream<DynamicTest> audio() throws Exception {
    Golden golden = golden();
    JsonNode settings = golden.json().path("audio");
    int rate = settings.path("sample_rate").asInt(0);
    int size = settings.path("n_fft").asInt(0);
    int hop = settings.path("hop").asInt(0);
    String note = settings.path("note").stringValue("");
    float[] wav = Objects.requireNonNull(golden.tensors().get("audio/wav")).toFloats();
    return golden.tensors().keySet().stream()
        .filter(name -> name.startsWith("audio/") && !name.equals("audio/wav"))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Tensor expected = Objects.requireNonNull(golden.tensors().get(name));
                      Spectrogram spectrogram = new Spectrogram(size, hop, false);
                      Tensor actual =
                          switch (name.replaceAll("_?\\d+$", "")) {
                            case "audio/mel_filters" ->
                                new Mel(rate, size, number(name, "_(\\d+)$")).filters();
                            case "audio/stft_magnitude" -> magnitude(wav, size, hop, expected);
                            case "audio/whisper_log_mel" -> {
                              int padded = rate * number(note, "chunk_length (\\d+) s");
                              yield new Mel(rate, size, (int) expected.shape().size(0))
                                  .whisper(
                                      new Spectrogram(size, hop, true)
                                          .transform(Arrays.copyOf(wav, padded)));
                            }
                            case "audio/mfcc" ->
                                new Mel(rate, size, number(note, "librosa (\\d+) mels"))
                                    .cepstrum(
                                        spectrogram.transform(wav), number(name, "mfcc(\\d+)"));
                            default -> throw new AssertionError("unknown case " + name);
                          };
                      Golden.assertClose(name, expected, actual, 1e-4, 1e-3);
                    }));
  }

  /** The file does not say how the sound is continued: one of the two ways must agree. */
  private static Tensor magnitude(float[] wav, int size, int hop, Tensor expected) {
    Tensor best = Tensor.scalar(0);
    double least = Double.POSITIVE_INFINITY;
    for (boolean reflect : new boolean[] {false, true}) {
      double[][] power = new Spectrogram(size, hop, reflect).transform(wav).power();
      for (double[] row : power) {
        Arrays.setAll(row, t -> Math.sqrt(row[t]));
      }
      Tensor magnitude = tensor(power);
      double error = 0;
      for (long i = 0; i < magnitude.elements(); i++) {
        error = Math.max(error, Math.abs(magnitude.getDouble(i) - expected.getDouble(i)));
      }
      if (error < least) {
        least = error;
        best = magnitude;
      }
    }
    return best;
  }

  @TestFactory
  Stream<DynamicTest> resizedPictures() throws Exception {
    Golden golden = golden();
    Tensor src = channelsFirst(Objects.requireNonNull(golden.tensors().get("image/src")));
    return golden.tensors().keySet().stream()
        .filter(name -> name.startsWith("image/pil_"))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Resampling how =
                          name.contains("bicubic") ? Resampling.BICUBIC : Resampling.BILINEAR;
                      Tensor expected =
                          channelsFirst(Objects.requireNonNull(golden.tensors().get(name)));
                      Tensor actual =
                          how.resize(
                              src, (int) expected.shape().size(1), (int) expected.shape().size(2));
                      assertEquals(expected.shape(), actual.shape());
                      for (long i = 0; i < expected.elements(); i++) {
                        assertEquals(
                            expected.getDouble(i), actual.getDouble(i), 1.0, "element " + i);
                      }
                    }));
  }

  private static Tensor channelsFirst(Tensor picture) {
    int height = (int) picture.shape().size(0);
    int width = (int) picture.shape().size(1);
    int channels = (int) picture.shape().size(2);
    long[] planes = new long[channels * height * width];
    int area = height * width;
    for (int i = 0; i < planes.length; i++) {
      int at = i % area * channels + i / area;
      planes[i] = picture.getLong(at);
    }
    return Tensor.whole(
        picture.dtype(), dev.gatun.core.tensor.Shape.of(channels, height, width), planes);
  }
}
