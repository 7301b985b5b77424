package dev.gatun.train.speech;

import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Convolution;
import dev.gatun.train.net.Draws;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A waveform sample by sample (van den Oord and others 2016): samples are levels, numbers of
 * classes, and each one's probabilities follow from those before it by dilated causal convolutions
 * with gates, z = tanh(f * x) sigmoid(g * x), whose results go on to the next layer (added to its
 * input) and to the output.
 *
 * <p>{@link #net} is for training, all samples at once; {@link WaveNetStream} has the same weights
 * and gives one sample after the other. With conditions, such as a mel spectrum, it is a vocoder.
 *
 * @param levels of a sample
 * @param width channels between layers
 * @param hidden channels of each gate
 * @param skips channels to the output
 * @param kernel of the dilated convolutions
 * @param dilations one a layer, usually 1, 2, 4, ... and again
 * @param conditions numbers of a frame that say what to sound like; 0 for none
 * @param hop samples of such a frame
 */
public record WaveNet(
    long levels,
    long width,
    long hidden,
    long skips,
    long kernel,
    List<Long> dilations,
    long conditions,
    long hop) {
  /** Waves over all levels of the first vectors of levels. */
  private static final double WAVES = 2;

  /** Stands for the sample before the first one. */
  static final long NONE = -1;

  /** Checked. */
  public WaveNet {
    dilations = List.copyOf(dilations);
    if (levels < 2 || width < 1 || hidden < 1 || skips < 1) {
      throw new GatunException(
          "wavenet: needs two levels and channels everywhere, got %d levels, width %d, %d hidden, %d skips"
              .formatted(levels, width, hidden, skips));
    }
    if (kernel < 2 || dilations.isEmpty() || dilations.stream().anyMatch(d -> d < 1)) {
      throw new GatunException(
          "wavenet: needs a kernel of at least 2 and positive dilations, got kernel %d, dilations %s"
              .formatted(kernel, dilations));
    }
    if (conditions < 0 || hop < 1) {
      throw new GatunException(
          "wavenet: frames of %d conditions for %d samples each".formatted(conditions, hop));
    }
  }

  /**
   * Without conditions: kernels of 2 and dilations 1, 2, 4, ..., repeated.
   *
   * @param layers of a cycle
   */
  public static WaveNet of(long levels, long width, int layers, int cycles) {
    List<Long> dilations = new ArrayList<>();
    for (int c = 0; c < cycles; c++) {
      for (int i = 0; i < layers; i++) {
        dilations.add(1L << i);
      }
    }
    return new WaveNet(levels, width, width, 2 * width, 2, dilations, 0, 1);
  }

  /** With {@code count} conditions for every {@code samples} samples. */
  public WaveNet conditioned(long count, long samples) {
    return new WaveNet(levels, width, hidden, skips, kernel, dilations, count, samples);
  }

  /** How many samples before a sample decide about it. */
  public long receptiveField() {
    long field = 1;
    for (long dilation : dilations) {
      field += (kernel - 1) * dilation;
    }
    return field;
  }

  /**
   * The network over {@code samples} samples: levels "x" [N, samples] and, if there are conditions,
   * "condition" [N, frames, conditions], of which frame i is for samples i hop and on, give logits
   * [N, samples, levels]: those of sample t follow from samples before t and the conditions of t.
   * So the targets are x itself: {@code Losses.softmaxCrossEntropy().lastAxis()}.
   */
  public Net net(long samples) {
    if (samples < 1) {
      throw new GatunException("wavenet: needs at least a sample, got " + samples);
    }
    List<Input> inputs = new ArrayList<>();
    inputs.add(Input.ids("x", samples));
    if (conditions > 0) {
      inputs.add(Input.of("condition", Math.ceilDiv(samples, hop), conditions));
    }
    return Net.of(
        inputs,
        in -> {
          Flow x = in.get(0);
          Flow first = x.slice(1, 0, 1).mul(0).add(NONE);
          Flow before = Flow.concat(1, first, x.slice(1, 0, -1));
          List<Flow> heard =
              conditions == 0
                  ? List.of()
                  : heard(in.get(1)).stream().map(c -> repeated(c, samples)).toList();
          return List.of(logits(before, heard, new Queues(Optional.empty(), new ArrayList<>())));
        });
  }

  /**
   * The network for the next sample only: "x" [N, 1] is the sample before (-1 for none),
   * "condition" [N, 1, conditions] the frame of the next one, {@code queue0}, ... [N, width, n]
   * what the layers remember. Gives logits [N, 1, levels] and the next queues; names of weights are
   * those of {@link #net}.
   */
  Net step() {
    List<Input> inputs = new ArrayList<>();
    inputs.add(Input.ids("x", 1));
    for (int i = 0; i < dilations.size(); i++) {
      inputs.add(Input.of("queue" + i, width, remembered(i)));
    }
    if (conditions > 0) {
      inputs.add(Input.of("condition", 1, conditions));
    }
    return Net.of(
        inputs,
        in -> {
          List<Flow> heard = conditions == 0 ? List.of() : heard(in.get(in.size() - 1));
          Queues queues =
              new Queues(Optional.of(in.subList(1, 1 + dilations.size())), new ArrayList<>());
          List<Flow> results = new ArrayList<>();
          results.add(logits(in.get(0), heard, queues));
          results.addAll(queues.after());
          return results;
        });
  }

  /** Inputs that a layer keeps for samples to come. */
  long remembered(int layer) {
    return (kernel - 1) * dilations.get(layer);
  }

  /**
   * What layers remember.
   *
   * @param before of the samples so far; empty when all samples are there at once
   * @param after filled by the layers
   */
  private record Queues(Optional<List<Flow>> before, List<Flow> after) {}

  /** What each layer hears of the conditions, [N, 2 hidden, frames]. */
  private List<Flow> heard(Flow condition) {
    Flow all =
        condition
            .transpose(0, 2, 1)
            .named("conditions")
            .conv1d(2 * hidden * dilations.size(), 1, Convolution::withoutBias);
    return all.split(1, dilations.size());
  }

  private Flow repeated(Flow frames, long samples) {
    return frames.then(Layers.upsample((double) hop)).slice(2, 0, samples);
  }

  /** The sample before each, [N, T], to logits [N, T, levels]. */
  private Flow logits(Flow before, List<Flow> heard, Queues queues) {
    Flow known = before.less(0.0).not().cast(DType.F32).unsqueeze(2);
    Flow x =
        before
            .mul(before.less(0.0).not().cast(DType.I64)) // no level is called -1
            .named("samples")
            .then(Layers.embedding(levels, width).weights(this::likeNeighbours))
            .mul(known)
            .transpose(0, 2, 1);
    Flow sum = null;
    for (int i = 0; i < dilations.size(); i++) {
      boolean last = i == dilations.size() - 1;
      Flow y = gated(x, i, heard, queues).named("out" + i).conv1d(last ? skips : width + skips, 1);
      Flow skip = y.slice(1, 0, skips);
      sum = sum == null ? skip : sum.add(skip);
      if (!last) {
        x = x.add(y.slice(1, skips, skips + width));
      }
    }
    if (sum == null) {
      throw new GatunException("wavenet: there are no layers");
    }
    Flow y = sum.relu().named("mix").conv1d(skips, 1).relu().named("logits").conv1d(levels, 1);
    return y.transpose(0, 2, 1);
  }

  /**
   * Levels are in order, so those near each other begin with vectors that are, too: sines of the
   * level, of at most as many waves as random vectors would need.
   */
  private double[] likeNeighbours(Shape shape, Draws random) {
    double[] values = new double[Math.toIntExact(shape.elements())];
    int columns = Math.toIntExact(width);
    for (int j = 0; j < columns; j++) {
      double waves = WAVES * random.uniform();
      double phase = 2 * Math.PI * random.uniform();
      for (int i = 0; i < levels; i++) {
        values[i * columns + j] =
            Math.sqrt(2) * StrictMath.sin(2 * Math.PI * waves * i / (double) levels + phase);
      }
    }
    return values;
  }

  private Flow gated(Flow x, int layer, List<Flow> heard, Queues queues) {
    long dilation = dilations.get(layer);
    Convolution dilated = Layers.conv1d(2 * hidden, kernel).dilation(dilation);
    Flow sums;
    if (queues.before().isPresent()) {
      Flow all = Flow.concat(2, queues.before().get().get(layer), x);
      queues.after().add(all.slice(2, -remembered(layer), Long.MAX_VALUE));
      sums = all.named("dilated" + layer).then(dilated);
    } else {
      sums = x.named("dilated" + layer).then(dilated.causal());
    }
    if (!heard.isEmpty()) {
      sums = sums.add(heard.get(layer));
    }
    List<Flow> parts = sums.split(1, 2);
    return parts.get(0).tanh().mul(parts.get(1).op(Sigmoid.OP));
  }

  /** The zeros that layers remember at first. */
  Tensor nothing(int layer) {
    return Tensor.filled(DType.F32, Shape.of(1, width, remembered(layer)), 0);
  }
}
