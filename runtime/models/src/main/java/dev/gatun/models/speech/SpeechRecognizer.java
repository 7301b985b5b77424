package dev.gatun.models.speech;

import dev.gatun.audio.Sound;
import dev.gatun.audio.SpeechFeatures;
import dev.gatun.audio.Wav;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Text of spoken words, by a Whisper or a wav2vec 2.0 folder with its {@code
 * preprocessor_config.json}. Channels become one, and sound of another sample rate is resampled.
 *
 * <p>Sound that is longer than what the network listens to at once is cut at its quietest places.
 * Immutable; any number of threads may use one.
 */
public final class SpeechRecognizer implements AutoCloseable {
  /** A cut is looked for in the last part of what the network can hear at once. */
  private static final int SEARCHED = 6;

  /** How long it must be quiet, in parts of a second. */
  private static final int QUIET = 20;

  private final Pretrained model;
  private final SpeechFeatures features;
  private final Listening listening;

  private SpeechRecognizer(Pretrained model, SpeechFeatures features, Listening listening) {
    this.model = model;
    this.features = features;
    this.listening = listening;
  }

  /** Loads a folder with the usual options. */
  public static SpeechRecognizer load(Path folder) {
    return load(folder, SpeechOptions.DEFAULT);
  }

  /**
   * Loads a folder.
   *
   * @throws GatunException if a file is missing, or the network does not listen
   */
  public static SpeechRecognizer load(Path folder, SpeechOptions options) {
    SpeechFeatures features = SpeechFeatures.read(folder);
    Pretrained model = Pretrained.load(folder);
    String type = model.config().text("model_type", "");
    Listening listening =
        switch (type) {
          case "whisper" -> WordListening.of(folder, model, options);
          case "wav2vec2" -> LetterListening.of(folder, model, options);
          default ->
              throw new GatunException(
                  folder + ": model_type '" + type + "' does not listen; whisper and wav2vec2 do");
        };
    return new SpeechRecognizer(model, features, listening);
  }

  /** The network. */
  public Pretrained model() {
    return model;
  }

  /** The text of a WAV file. */
  public String transcribe(Path wav) {
    return transcribe(Wav.read(wav));
  }

  /** The text of a sound. */
  public String transcribe(Sound sound) {
    if (sound.length() == 0) {
      throw new GatunException("there is no sound to transcribe: " + sound);
    }
    Sound heard = sound.mono().resampled(features.sampleRate());
    requireFinite(heard);
    List<String> texts = new ArrayList<>();
    for (int from = 0; from < heard.length(); ) {
      int to = end(heard, from);
      String text = listening.text(features, heard.slice(from, to)).strip();
      if (!text.isEmpty()) {
        texts.add(text);
      }
      from = to;
    }
    return String.join(" ", texts);
  }

  private static void requireFinite(Sound sound) {
    float[] samples = sound.channel(0);
    for (int t = 0; t < samples.length; t++) {
      if (!Float.isFinite(samples[t])) {
        throw new GatunException(
            "sample " + t + " of the sound is " + samples[t] + ", no finite number");
      }
    }
  }

  /** Where the part that begins at {@code from} ends. */
  private int end(Sound sound, int from) {
    int longest = features.longest();
    if (sound.length() - from <= longest) {
      return sound.length();
    }
    int width = Math.max(1, Math.min(features.sampleRate() / QUIET, longest / SEARCHED));
    float[] samples = sound.slice(from, from + longest).channel(0);
    double energy = 0;
    double least = Double.POSITIVE_INFINITY;
    int best = longest;
    int first = longest - longest / SEARCHED;
    for (int t = first; t < longest; t++) {
      energy += samples[t] * (double) samples[t];
      if (t - first >= width) {
        energy -= samples[t - width] * (double) samples[t - width];
      }
      if (t - first >= width - 1 && energy < least) {
        least = energy;
        best = t + 1 - width / 2;
      }
    }
    return from + best;
  }

  @Override
  public void close() {
    model.close();
  }
}
