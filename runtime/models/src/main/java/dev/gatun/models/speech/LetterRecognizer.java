package dev.gatun.models.speech;

import dev.gatun.audio.CtcDecoder;
import dev.gatun.audio.LogMel;
import dev.gatun.audio.Sound;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import dev.gatun.train.speech.AcousticModel;
import java.util.Map;

/**
 * Text of sounds by an {@link AcousticModel} that was trained here; {@link SpeechRecognizer} is for
 * published networks. Any number of threads may use one.
 */
public final class LetterRecognizer implements AutoCloseable {
  private final LogMel features;
  private final SpokenLetters letters;
  private final int beam;
  private final Session session;

  /**
   * A recognizer.
   *
   * @param trained {@link AcousticModel#letters} of the same model
   * @param beam width of the search, 1 for the likeliest letter at each step
   */
  public LetterRecognizer(
      LogMel features, SpokenLetters letters, AcousticModel model, Net trained, int beam) {
    if (features.filters().mels() != model.mels()) {
      throw new GatunException(
          "the network hears %d mels, the features have %d"
              .formatted(model.mels(), features.filters().mels()));
    }
    if (beam < 1) {
      throw new GatunException("the beam must be at least 1 wide, got " + beam);
    }
    this.features = features;
    this.letters = letters;
    this.beam = beam;
    session =
        model
            .letters(Shape.UNKNOWN, letters.count())
            .withWeights(trained.weights())
            .model()
            .compile();
  }

  /** The text of a sound, of any rate and number of channels. */
  public String text(Sound sound) {
    return text(features.frames(sound.mono().resampled(features.sampleRate()).channel(0)));
  }

  /** The text of frames [frames, mels]. */
  public String text(Tensor frames) {
    Shape shape = Shape.of(1, frames.shape().size(0), frames.shape().size(1));
    try (Outputs outputs = session.run(Map.of("x", frames.reshape(shape)))) {
      Tensor logits = outputs.get("y");
      Tensor steps = logits.reshape(Shape.of(logits.shape().size(1), logits.shape().size(2)));
      CtcDecoder decoder = new CtcDecoder(0);
      return letters.text(
          (beam == 1 ? decoder.greedy(steps) : decoder.beam(steps, beam).getFirst()).labels());
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
