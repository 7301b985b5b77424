package dev.gatun.train.speech;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Recurrent;
import java.util.ArrayList;
import java.util.List;

/**
 * Letters to mel spectra (Tacotron 2, Shen and others 2018): an encoder of convolutions and an LSTM
 * in both directions, a decoder that gives some frames a step, looks at the letters by {@link
 * LocationAttention} and says when it is done, and convolutions that correct all frames at the end.
 *
 * <p>{@link #net} is for training, where each step sees the true frame before it; {@link
 * TacotronVoice} has the same weights and goes on by its own frames. Frames may be of any numbers,
 * best around 0 to 1.
 *
 * @param letters how many there are; number 0 fills rows up
 * @param mels numbers of a frame
 * @param width of a letter's vectors
 * @param prenet width of the two layers that a frame goes through before the decoder
 * @param cells of each of the decoder's LSTMs
 * @param frames that a step gives
 * @param convolutions of the encoder
 * @param corrections convolutions behind the decoder; 0 for none
 * @param dropout while training, in the encoder and in the prenet
 */
public record Tacotron(
    long letters,
    long mels,
    long width,
    long prenet,
    long cells,
    LocationAttention attention,
    int frames,
    int convolutions,
    int corrections,
    double dropout) {
  private static final int KERNEL = 5;

  /** Checked. */
  public Tacotron {
    if (letters < 2 || mels < 1 || prenet < 1 || cells < 1 || frames < 1) {
      throw new GatunException(
          "tacotron: needs two letters, numbers of a frame, cells and frames a step, got "
              + "%d letters, %d mels, %d + %d cells, %d frames"
                  .formatted(letters, mels, prenet, cells, frames));
    }
    if (width < 2 || width % 2 != 0 || convolutions < 0 || corrections < 0) {
      throw new GatunException(
          "tacotron: half of the width is for each direction, so it must be even, got " + width);
    }
  }

  /** The published sizes. */
  public static Tacotron published(long letters) {
    return new Tacotron(
        letters, 80, 512, 256, 1024, new LocationAttention(128, 32, 31), 1, 3, 5, 0.5);
  }

  /** Two convolutions on either side, one frame a step. */
  public static Tacotron of(long letters, long mels, long width) {
    return new Tacotron(
        letters, mels, width, width, 2 * width, new LocationAttention(width, 8, 15), 1, 2, 2, 0.1);
  }

  /** With so many frames a step. */
  public Tacotron perStep(int count) {
    return new Tacotron(
        letters, mels, width, prenet, cells, attention, count, convolutions, corrections, dropout);
  }

  /** With another dropout. */
  public Tacotron dropout(double rate) {
    return new Tacotron(
        letters, mels, width, prenet, cells, attention, frames, convolutions, corrections, rate);
  }

  /**
   * The network over texts of {@code text} letters and {@code time} frames, filled up: "x" [N,
   * text] letters, "letters" [N] how many count, "mel" [N, time, mels], "frames" [N] how many
   * count. Gives frames before and after the corrections [N, time, mels], logits of being done [N,
   * time], weights of the letters [N, time / frames, text], and for {@link TacotronLoss} what they
   * should be.
   */
  public Net net(int text, int time) {
    if (text < 1 || time < 1 || time % frames != 0) {
      throw new GatunException(
          "tacotron: needs a letter, and a number of frames that is a multiple of %d, got %d and %d"
              .formatted(frames, text, time));
    }
    return Net.of(inputs(text, time), in -> outputs(in, text, time));
  }

  List<Input> inputs(int text, int time) {
    return List.of(
        Input.ids("x", text),
        new Input("letters", DType.I64, Shape.SCALAR),
        Input.of("mel", time, mels),
        new Input("frames", DType.I64, Shape.SCALAR));
  }

  List<Flow> outputs(List<Flow> in, int text, int time) {
    Flow mel = in.get(2);
    List<Flow> encoded = encoded(in.get(0), in.get(1));
    TacotronStep step = new TacotronStep(this);
    List<Flow> state = first(encoded.get(0), text);
    List<Flow> made = new ArrayList<>();
    List<Flow> done = new ArrayList<>();
    List<Flow> weights = new ArrayList<>();
    for (int t = 0; t < time; t += frames) {
      Flow before = t == 0 ? mel.select(1, 0).mul(0) : mel.select(1, t - 1L);
      List<Flow> results = step(step, before, encoded, in.get(1), text, state);
      made.add(results.get(0));
      done.add(results.get(1));
      state = results.subList(2, results.size());
      weights.add(state.get(TacotronStep.WEIGHTS).unsqueeze(1));
    }
    Flow all = Flow.concat(1, made);
    return List.of(
        all,
        corrected(all),
        Flow.concat(1, done),
        Flow.concat(1, weights),
        mel.stop(),
        in.get(1),
        in.get(3));
  }

  /** Letters "x" [N, text] and their number "letters" [N] to memory and keys. */
  Net encoder(int text) {
    return Net.of(
        List.of(Input.ids("x", text), new Input("letters", DType.I64, Shape.SCALAR)),
        in -> encoded(in.get(0), in.get(1)));
  }

  /** One step: memory, keys, letters, the frame before and states give frames, done and states. */
  Net step(int text) {
    List<Input> inputs = new ArrayList<>();
    inputs.add(Input.of("memory", text, width));
    inputs.add(Input.of("keys", text, attention.units()));
    inputs.add(new Input("letters", DType.I64, Shape.SCALAR));
    inputs.add(Input.of("frame", mels));
    List<Long> sizes = stateSizes(text);
    for (int i = 0; i < sizes.size(); i++) {
      inputs.add(Input.of("state" + i, sizes.get(i)));
    }
    return Net.of(
        inputs,
        in -> {
          List<Flow> results =
              new ArrayList<>(
                  step(
                      new TacotronStep(this),
                      in.get(3),
                      in.subList(0, 2),
                      in.get(2),
                      text,
                      in.subList(4, in.size())));
          results.add(2, results.get(0).select(1, -1));
          return results;
        });
  }

  /** The corrections of any number of frames. */
  Net corrector() {
    return Net.of(Shape.of(Shape.UNKNOWN, mels), this::corrected);
  }

  /** Widths of what a step leaves to the next. */
  List<Long> stateSizes(int text) {
    return List.of(cells, cells, cells, cells, width, (long) text, (long) text);
  }

  private List<Flow> first(Flow memory, int text) {
    Flow zero = memory.select(1, 0).slice(1, 0, 1).mul(0);
    return stateSizes(text).stream()
        .map(size -> zero.add(zero.constant(Tensor.filled(DType.F32, Shape.of(1, size), 0))))
        .toList();
  }

  /** Memory [N, text, width] and keys [N, text, units]. */
  private List<Flow> encoded(Flow x, Flow count) {
    Flow counts = counts(count, Math.toIntExact(x.size(1))).cast(DType.F32);
    Flow across = counts.unsqueeze(1);
    Flow y =
        x.named("letters").then(Layers.embedding(letters, width)).transpose(0, 2, 1).mul(across);
    for (int i = 0; i < convolutions; i++) {
      y =
          y.named("encoder" + i)
              .conv1d(width, KERNEL, c -> c.same().withoutBias())
              .named("encoderNorm" + i)
              .batchNorm()
              .relu()
              .dropout(dropout)
              .mul(across);
    }
    Recurrent both = Layers.lstm(width / 2).bothWays();
    Flow memory = y.transpose(0, 2, 1).named("reader").then(both).mul(counts.unsqueeze(2));
    return List.of(memory, memory.named("keys").then(attention::keys));
  }

  private List<Flow> step(
      TacotronStep step, Flow before, List<Flow> encoded, Flow count, int text, List<Flow> state) {
    List<Flow> inputs = new ArrayList<>(List.of(before, encoded.get(0), encoded.get(1)));
    inputs.add(counts(count, text));
    inputs.addAll(state);
    before.named("decoder");
    return step.call(inputs.toArray(new Flow[0]));
  }

  /** Which positions count, booleans [N, size]. */
  static Flow counts(Flow count, int size) {
    long[] places = new long[size];
    java.util.Arrays.setAll(places, i -> i);
    return count.constant(Tensor.of(places, 1, size)).less(count.unsqueeze(1));
  }

  /** Frames and what convolutions over time add to them. */
  private Flow corrected(Flow made) {
    if (corrections == 0) {
      return made;
    }
    Flow y = made.transpose(0, 2, 1);
    for (int i = 0; i < corrections; i++) {
      boolean last = i == corrections - 1;
      y =
          y.named("correction" + i)
              .conv1d(last ? mels : width, KERNEL, c -> last ? c.same() : c.same().withoutBias());
      if (!last) {
        y = y.named("correctionNorm" + i).batchNorm().tanh();
      }
    }
    return made.add(y.transpose(0, 2, 1));
  }
}
