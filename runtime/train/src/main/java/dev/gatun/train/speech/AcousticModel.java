package dev.gatun.train.speech;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Recurrent;
import java.util.List;

/**
 * What is heard in spectra: frames [N, T, mels] to states [N, T / stride, width], by convolutions
 * over time, the first with a stride, and recurrent layers in both directions. With a head for each
 * step it writes letters down ({@link #letters}, trained by {@link dev.gatun.train.loss.Ctc}); with
 * one for the mean of all steps it tells commands ({@link #commands}). Weights of the encoder are
 * called the same in both, {@code encoder.}..., so that {@link dev.gatun.train.Transfer} takes one
 * that was trained on letters over to commands.
 *
 * @param width channels; half of them for each direction of a recurrent layer
 * @param kernel of the convolutions
 * @param convolutions how many
 * @param recurrent layers of gated units; 0 for none
 * @param dropout behind each layer while training
 */
public record AcousticModel(
    long mels,
    long width,
    long kernel,
    long stride,
    int convolutions,
    int recurrent,
    double dropout)
    implements Layer {
  private static final String ENCODER = "encoder";

  /** Checked. */
  public AcousticModel {
    if (mels < 1 || kernel < 1 || stride < 1 || convolutions < 1 || recurrent < 0) {
      throw new GatunException(
          "acoustic model: needs mels, a kernel, a stride and a convolution, got %d, %d, %d and %d"
              .formatted(mels, kernel, stride, convolutions));
    }
    if (width < 2 || width % 2 != 0) {
      throw new GatunException(
          "acoustic model: half of the width is for each direction, so it must be even, got "
              + width);
    }
  }

  /** Three convolutions of 5 frames, the first over every other frame, and one recurrent layer. */
  public static AcousticModel of(long mels, long width) {
    return new AcousticModel(mels, width, 5, 2, 3, 1, 0.1);
  }

  /** Without recurrent layers. */
  public AcousticModel withoutRecurrence() {
    return new AcousticModel(mels, width, kernel, stride, convolutions, 0, dropout);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() != 3 || x.size(2) != mels) {
      throw new GatunException("needs frames [batch, time, " + mels + "], got " + x.shape());
    }
    Flow y = x.transpose(0, 2, 1);
    for (int i = 0; i < convolutions; i++) {
      long step = i == 0 ? stride : 1;
      y =
          y.named("conv" + i)
              .conv1d(width, kernel, c -> c.pad(kernel / 2).stride(step).withoutBias())
              .named("norm" + i)
              .batchNorm()
              .relu()
              .dropout(dropout);
    }
    y = y.transpose(0, 2, 1);
    for (int i = 0; i < recurrent; i++) {
      Recurrent both = Layers.gru(width / 2).bothWays();
      y = y.add(y.named("recurrent" + i).then(both)).dropout(dropout);
    }
    return y;
  }

  private Flow encoded(Flow x) {
    return x.named(ENCODER).then(this);
  }

  /**
   * Frames "x" [N, time, mels] to logits of letters [N, steps, letters], of which number 0 is the
   * blank.
   *
   * @param time frames, or {@link dev.gatun.core.tensor.Shape#UNKNOWN} for any number
   */
  public Net letters(long time, long letters) {
    return Net.of(
        List.of(Input.of("x", time, mels)),
        in -> List.of(encoded(in.get(0)).named("letters").dense(letters)));
  }

  /** Frames "x" [N, time, mels] to logits of commands [N, commands]. */
  public Net commands(long time, long commands) {
    return Net.of(
        List.of(Input.of("x", time, mels)),
        in -> List.of(encoded(in.get(0)).mean(1).named("commands").dense(commands)));
  }
}
