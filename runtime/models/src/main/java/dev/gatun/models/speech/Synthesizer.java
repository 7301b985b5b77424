package dev.gatun.models.speech;

import dev.gatun.audio.LogMel;
import dev.gatun.audio.Sound;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.speech.Tacotron;
import dev.gatun.train.speech.TacotronVoice;
import java.util.Map;
import java.util.Random;

/**
 * Sound of texts by a {@link Tacotron} that was trained here, whose frames become sound by Griffin
 * and Lim's algorithm. For one thread at a time.
 */
public final class Synthesizer implements AutoCloseable {
  private static final int ITERATIONS = 60;

  private final LogMel features;
  private final SpokenLetters letters;
  private final TacotronVoice voice;

  /**
   * A synthesizer.
   *
   * @param features of which the network was taught the frames
   * @param weights of {@link Tacotron#net}
   * @param longest letters of the longest text
   */
  public Synthesizer(
      LogMel features,
      SpokenLetters letters,
      Tacotron tacotron,
      Map<String, Tensor> weights,
      int longest) {
    if (features.filters().mels() != tacotron.mels() || letters.count() != tacotron.letters()) {
      throw new GatunException(
          "the network makes %d mels of %d letters, the features have %d, and there are %d letters"
              .formatted(
                  tacotron.mels(), tacotron.letters(), features.filters().mels(), letters.count()));
    }
    this.features = features;
    this.letters = letters;
    voice = new TacotronVoice(tacotron, weights, longest);
  }

  /** Frames of a text, and whether the network came to its end. */
  public TacotronVoice.Spoken frames(String text, int most) {
    return voice.speak(letters.numbers(text), most);
  }

  /**
   * The sound of a text.
   *
   * @param seconds after which it is cut off
   */
  public Sound speak(String text, double seconds) {
    int most = Math.max(2, (int) (seconds * features.sampleRate() / features.stft().hop()));
    Tensor mel = frames(text, most).mel();
    if (mel.shape().size(0) < 2) {
      return Sound.of(features.sampleRate(), new float[0]); // it said at once that it is done
    }
    return features.sound(mel, ITERATIONS, new Random(0));
  }

  @Override
  public void close() {
    voice.close();
  }
}
