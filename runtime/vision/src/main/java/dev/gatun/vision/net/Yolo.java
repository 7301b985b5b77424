package dev.gatun.vision.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.vision.Box;
import dev.gatun.vision.Detection;
import dev.gatun.vision.Suppression;
import java.util.ArrayList;
import java.util.List;

/**
 * A detector of one look, of the kind of YOLO v8: a backbone of cross-stage blocks, a pyramid up
 * and down again, and for each place of three levels scores of classes and a distribution of the
 * distances to the four sides (Li and others 2020).
 *
 * <p>The net takes pictures "x" [channels, height, width] and gives logits [B, places, classes] and
 * distances [B, places, 4 * bins].
 *
 * @param height of pictures, divisible by the largest step
 * @param width likewise
 * @param base channels at half the size; each level is twice as wide as the one before
 * @param blocks bottlenecks of each level
 * @param steps pixels from one place to the next, of each level: powers of two, each twice the one
 *     before, at least 4
 * @param bins distances are 0 to bins - 1 steps
 */
public record Yolo(
    int channels,
    int height,
    int width,
    int classes,
    int base,
    int blocks,
    List<Integer> steps,
    int bins) {
  /** Checked. */
  public Yolo {
    steps = List.copyOf(steps);
    if (channels < 1 || classes < 1 || base < 2 || bins < 2 || steps.isEmpty()) {
      throw new GatunException(
          "a detector needs channels, classes, two channels at half the size, two bins and steps");
    }
    for (int i = 0; i < steps.size(); i++) {
      int expected = steps.get(0) << i;
      int step = steps.get(i);
      if (step != expected || Integer.bitCount(step) != 1 || step < 4) {
        throw new GatunException("steps are like 8, 16, 32, not " + steps);
      }
      if (height % step != 0 || width % step != 0) {
        throw new GatunException(
            "pictures of %d x %d have no whole number of steps of %d"
                .formatted(height, width, step));
      }
    }
  }

  /** The network with first weights. */
  public Net net() {
    return Net.of(List.of(Input.of("x", channels, height, width)), in -> head(features(in.get(0))));
  }

  /** Middles of all places in pixels, [places, 2]. */
  Tensor places() {
    List<Float> all = new ArrayList<>();
    for (int step : steps) {
      for (int y = 0; y < height / step; y++) {
        for (int x = 0; x < width / step; x++) {
          all.add((x + 0.5f) * step);
          all.add((y + 0.5f) * step);
        }
      }
    }
    return floats(all, all.size() / 2, 2);
  }

  /** The step of each place, [places]. */
  Tensor stepOfPlace() {
    List<Float> all = new ArrayList<>();
    for (int step : steps) {
      for (int i = 0; i < height / step * (width / step); i++) {
        all.add((float) step);
      }
    }
    return floats(all, all.size());
  }

  private static Tensor floats(List<Float> list, long... sizes) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return Tensor.of(values, sizes);
  }

  /** Pictures of each level. */
  private List<Flow> features(Flow pixels) {
    List<Flow> levels = new ArrayList<>();
    Flow x = Blocks.conv(pixels, "stem", base, 3, 2);
    int step = 2;
    int wide = base;
    while (step < steps.get(steps.size() - 1)) {
      step *= 2;
      wide *= 2;
      x = Blocks.conv(x, "down" + step, wide, 3, 2);
      x = Blocks.crossStage(x, "stage" + step, wide, blocks, true);
      if (step >= steps.get(0)) {
        levels.add(x);
      }
    }
    levels.set(levels.size() - 1, Blocks.pyramidPool(x, "pool", wide));
    for (int i = levels.size() - 2; i >= 0; i--) {
      Flow wider = levels.get(i + 1).upsample(2);
      levels.set(i, joined(levels.get(i), wider, "top" + steps.get(i)));
    }
    for (int i = 1; i < levels.size(); i++) {
      Flow finer = levels.get(i - 1);
      Flow smaller = Blocks.conv(finer, "shrink" + steps.get(i), finer.size(1), 3, 2);
      levels.set(i, joined(levels.get(i), smaller, "bottom" + steps.get(i)));
    }
    return levels;
  }

  private Flow joined(Flow level, Flow other, String name) {
    return Blocks.crossStage(Flow.concat(1, other, level), name, level.size(1), blocks, false);
  }

  private List<Flow> head(List<Flow> levels) {
    List<Flow> scores = new ArrayList<>();
    List<Flow> distances = new ArrayList<>();
    // At first everything is unlikely: one place in a hundred.
    double rare = -Math.log(99);
    for (int i = 0; i < levels.size(); i++) {
      String name = "head" + steps.get(i);
      Flow x = levels.get(i);
      long inner = Math.max(x.size(1), 16);
      Flow s = Blocks.conv(Blocks.conv(x, name + ".s1", inner, 3, 1), name + ".s2", inner, 3, 1);
      s = s.named(name + ".scores").conv2d(classes, 1, o -> o.biases(Initializers.constant(rare)));
      Flow d = Blocks.conv(Blocks.conv(x, name + ".d1", inner, 3, 1), name + ".d2", inner, 3, 1);
      d = d.named(name + ".sides").conv2d(4L * bins, 1, o -> o.biases(Initializers.constant(1)));
      scores.add(s.reshape(0, classes, -1).transpose(0, 2, 1));
      distances.add(d.reshape(0, 4L * bins, -1).transpose(0, 2, 1));
    }
    return List.of(Flow.concat(1, scores), Flow.concat(1, distances));
  }

  /** Logarithms of the probabilities of each distance, [B, places, 4, bins]. */
  Flow logDistribution(Flow distances) {
    return distances.reshape(0, 0, 4, bins).logSoftmax(-1);
  }

  /** The boxes [B, places] that distributions of distances mean. */
  BoxFlow boxes(Flow logDistribution) {
    float[] numbers = new float[bins];
    for (int i = 0; i < bins; i++) {
      numbers[i] = i;
    }
    Flow mean = logDistribution.exp().mul(logDistribution.constant(Tensor.of(numbers, bins)));
    Flow steps = mean.constant(stepOfPlace());
    BoxFlow sides = BoxFlow.of(mean.sum(-1));
    Flow places = mean.constant(places());
    Flow x = places.select(1, 0);
    Flow y = places.select(1, 1);
    return new BoxFlow(
        x.sub(sides.left().mul(steps)),
        y.sub(sides.top().mul(steps)),
        x.add(sides.right().mul(steps)),
        y.add(sides.bottom().mul(steps)));
  }

  /** The loss of this detector's outputs. */
  public YoloLoss loss() {
    return new YoloLoss(this);
  }

  /**
   * What outputs mean, for each picture.
   *
   * @param logits [B, places, classes]
   * @param distances [B, places, 4 * bins]
   * @param least score that counts
   * @param overlap that two boxes of one class may have
   */
  public List<List<Detection>> detections(
      Tensor logits, Tensor distances, double least, double overlap) {
    int count = (int) stepOfPlace().elements();
    float[] scores = logits.toFloats();
    float[] sides = distances.toFloats();
    float[] places = places().toFloats();
    float[] stepOf = stepOfPlace().toFloats();
    double bound = Math.log(least / (1 - least));
    List<List<Detection>> all = new ArrayList<>();
    for (int b = 0; b < logits.shape().size(0); b++) {
      List<Detection> found = new ArrayList<>();
      for (int p = 0; p < count; p++) {
        for (int c = 0; c < classes; c++) {
          float logit = scores[(b * count + p) * classes + c];
          if (logit > bound) {
            double[] d = new double[4];
            for (int side = 0; side < 4; side++) {
              d[side] = stepOf[p] * mean(sides, ((b * count + p) * 4 + side) * bins);
            }
            double x = places[2 * p];
            double y = places[2 * p + 1];
            Box box = new Box(x - d[0], y - d[1], x + d[2], y + d[3]).within(height, width);
            found.add(new Detection(c, 1 / (1 + Math.exp(-logit)), box));
          }
        }
      }
      all.add(Suppression.keep(found, overlap, 300));
    }
    return all;
  }

  /** Mean of a distribution of bins whose logits begin here. */
  private double mean(float[] logits, int at) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < bins; i++) {
      most = Math.max(most, logits[at + i]);
    }
    double sum = 0;
    double weighted = 0;
    for (int i = 0; i < bins; i++) {
      double weight = Math.exp(logits[at + i] - most);
      sum += weight;
      weighted += i * weight;
    }
    return weighted / sum;
  }
}
