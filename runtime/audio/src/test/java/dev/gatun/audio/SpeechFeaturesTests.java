package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What preprocessor_config.json says. */
class SpeechFeaturesTests {
  @TempDir Path folder;

  private SpeechFeatures read(String json) throws Exception {
    Files.writeString(folder.resolve("preprocessor_config.json"), json);
    return SpeechFeatures.read(folder);
  }

  @Test
  void whisperTakesSpectrograms() throws Exception {
    SpeechFeatures features =
        read(
            """
            {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 16,
             "sampling_rate": 8000, "n_fft": 200, "hop_length": 80, "chunk_length": 2}
            """);
    assertInstanceOf(SpeechFeatures.LogMel.class, features);
    assertEquals(8000, features.sampleRate());
    assertEquals(16000, features.longest());
    Tensor tensor = features.apply(Sound.of(8000, new float[5000]));
    assertEquals(Shape.of(1, 16, 200), tensor.shape());
  }

  @Test
  void waveformsAreNormalized() throws Exception {
    SpeechFeatures features =
        read("{\"feature_extractor_type\": \"Wav2Vec2FeatureExtractor\", \"do_normalize\": true}");
    assertEquals(16000, features.sampleRate());
    float[] samples = features.apply(Sound.of(16000, new float[] {1, 2, 3, 4})).toFloats();
    double scale = Math.sqrt(1.25 + 1e-7);
    for (int i = 0; i < 4; i++) {
      assertEquals((i - 1.5) / scale, samples[i], 1e-6);
    }
    SpeechFeatures plain =
        read("{\"feature_extractor_type\": \"Wav2Vec2FeatureExtractor\", \"do_normalize\": false}");
    assertEquals(3, plain.apply(Sound.of(16000, new float[] {1, 2, 3})).getFloat(2));
    assertTrue(Failure.of(() -> plain.apply(Sound.of(8000, new float[3]))).contains("16000 Hz"));
  }

  @Test
  void otherKindsAreRefused() {
    assertTrue(Failure.of(() -> SpeechFeatures.read(folder)).contains("no such file"));
    assertTrue(Failure.of(() -> read("{\"feature_extractor_type\": \"X\"}")).contains("'X'"));
    assertTrue(Failure.of(() -> read("{")).contains("preprocessor_config.json"));
    assertTrue(
        Failure.of(
                () ->
                    read(
                        "{\"feature_extractor_type\": \"WhisperFeatureExtractor\","
                            + " \"hop_length\": 0}"))
            .contains("hop_length must be a positive integer, is 0"));
  }
}
