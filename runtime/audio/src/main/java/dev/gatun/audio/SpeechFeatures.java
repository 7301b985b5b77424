package dev.gatun.audio;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a published speech network takes for its input, as its {@code preprocessor_config.json}
 * says.
 */
public sealed interface SpeechFeatures {
  /** Sample rate that the network was trained with. */
  int sampleRate();

  /** Samples of one input at most, or {@link Integer#MAX_VALUE}. */
  int longest();

  /** Float32 [1, ...] of sound with one channel and this sample rate. */
  Tensor apply(Sound sound);

  /** Log-mel spectrograms [1, mels, frames] of one length. */
  record LogMel(WhisperFeatures features) implements SpeechFeatures {
    @Override
    public int sampleRate() {
      return features.sampleRate();
    }

    @Override
    public int longest() {
      return features.samples();
    }

    @Override
    public Tensor apply(Sound sound) {
      Tensor tensor = features.apply(sound);
      return tensor.reshape(Shape.of(1, tensor.shape().size(0), tensor.shape().size(1)));
    }
  }

  /**
   * The samples themselves [1, samples].
   *
   * @param normalized whether they get mean 0 and variance 1
   */
  record Samples(int sampleRate, boolean normalized) implements SpeechFeatures {
    @Override
    public int longest() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Tensor apply(Sound sound) {
      if (sound.sampleRate() != sampleRate) {
        throw new AudioException(
            "the network needs sound of " + sampleRate + " Hz, got " + sound + "; resample it");
      }
      float[] samples = sound.channel(0);
      if (normalized) {
        normalize(samples);
      }
      return Tensor.of(samples, 1, samples.length);
    }

    private static void normalize(float[] samples) {
      double sum = 0;
      for (float x : samples) {
        sum += x;
      }
      double mean = sum / samples.length;
      double squares = 0;
      for (float x : samples) {
        squares += (x - mean) * (x - mean);
      }
      double deviation = Math.sqrt(squares / samples.length + 1e-7);
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (float) ((samples[i] - mean) / deviation);
      }
    }
  }

  /**
   * Reads {@code preprocessor_config.json} of a folder.
   *
   * @throws FormatException if there is none, or one of a kind that is not known
   */
  static SpeechFeatures read(Path folder) {
    Path file = folder.resolve("preprocessor_config.json");
    if (!Files.exists(file)) {
      throw new FormatException(
          file + ": no such file; it says at which sample rate the network listens");
    }
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(file.toFile());
    } catch (JacksonException e) {
      throw new FormatException(file + ": " + e.getOriginalMessage(), e);
    }
    String kind = json.path("feature_extractor_type").asString("");
    return switch (kind) {
      case "WhisperFeatureExtractor" -> {
        int rate = integer(file, json, "sampling_rate", 16000);
        yield new LogMel(
            new WhisperFeatures(
                rate,
                integer(file, json, "n_fft", 400),
                integer(file, json, "hop_length", 160),
                integer(file, json, "feature_size", 80),
                Math.multiplyExact(rate, integer(file, json, "chunk_length", 30))));
      }
      case "Wav2Vec2FeatureExtractor" -> {
        if (integer(file, json, "feature_size", 1) != 1) {
          throw new FormatException(file + ": feature_size must be 1, the samples themselves");
        }
        yield new Samples(
            integer(file, json, "sampling_rate", 16000), json.path("do_normalize").asBoolean(true));
      }
      default ->
          throw new FormatException(
              file
                  + ": feature_extractor_type '"
                  + kind
                  + "' is not known; known are WhisperFeatureExtractor and"
                  + " Wav2Vec2FeatureExtractor");
    };
  }

  private static int integer(Path file, JsonNode json, String name, int byDefault) {
    JsonNode node = json.path(name);
    if (node.isMissingNode() || node.isNull()) {
      return byDefault;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw new FormatException(file + ": " + name + " must be a positive integer, is " + node);
    }
    return node.intValue();
  }
}
