package dev.gatun.models.speech;

import dev.gatun.audio.CtcDecoder;
import dev.gatun.audio.Sound;
import dev.gatun.audio.SpeechFeatures;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** wav2vec 2.0: a letter or a blank for every step of time. */
final class LetterListening implements Listening {
  private final Pretrained model;
  private final Letters letters;
  private final SpeechOptions options;
  private final int least;

  private LetterListening(Pretrained model, Letters letters, SpeechOptions options) {
    this.model = model;
    this.letters = letters;
    this.options = options;
    this.least = least(model.config());
  }

  static LetterListening of(Path folder, Pretrained model, SpeechOptions options) {
    Config c = model.config();
    c.require(
        "architectures", c.texts("architectures").contains("Wav2Vec2ForCTC"), "Wav2Vec2ForCTC");
    if (!options.language().isEmpty() || options.translate()) {
      throw new GatunException(folder + ": the network knows one language and cannot translate");
    }
    return new LetterListening(model, Letters.read(folder, c.integer("vocab_size", 32)), options);
  }

  /** The shortest sound that gives one step: what all convolutions together see. */
  private static int least(Config c) {
    List<Long> kernels = c.integers("conv_kernel", List.of(10L, 3L, 3L, 3L, 3L, 2L, 2L));
    List<Long> strides = c.integers("conv_stride", List.of(5L, 2L, 2L, 2L, 2L, 2L, 2L));
    long samples = 1;
    for (int i = kernels.size() - 1; i >= 0; i--) {
      samples = (samples - 1) * strides.get(i) + kernels.get(i);
    }
    return Math.toIntExact(samples);
  }

  @Override
  public String text(SpeechFeatures features, Sound part) {
    if (part.length() < least) {
      return ""; // shorter than a step: no letter fits
    }
    Tensor logits = model.predict(Map.of("input_values", features.apply(part))).get("logits");
    if (logits == null) {
      throw new GatunException("the network has no result 'logits'");
    }
    Tensor steps = logits.reshape(Shape.of(logits.shape().size(1), logits.shape().size(2)));
    CtcDecoder decoder = new CtcDecoder(letters.blank());
    CtcDecoder.Hypothesis best =
        options.beam() == 1
            ? decoder.greedy(steps)
            : decoder.beam(steps, options.beam()).getFirst();
    return letters.text(best.labels());
  }
}
