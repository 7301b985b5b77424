package dev.gatun.train.inspect;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Tap;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** Adds up a layer's values, batch by batch. */
final class LayerTally {
  private static final int PARTS = 40;

  /** Least and largest value of activations that have both. */
  private static final Map<String, double[]> BOUNDS =
      Map.of(
          "sigmoid", new double[] {0, 1},
          "hardSigmoid", new double[] {0, 1},
          "tanh", new double[] {-1, 1},
          "hardTanh", new double[] {-1, 1},
          "softsign", new double[] {-1, 1});

  private static final Set<String> ACTIVATIONS =
      Set.of(
          "relu",
          "relu6",
          "leakyRelu",
          "prelu",
          "elu",
          "selu",
          "celu",
          "gelu",
          "geluTanh",
          "silu",
          "swish",
          "mish",
          "sigmoid",
          "logSigmoid",
          "tanh",
          "softplus",
          "softsign",
          "hardSigmoid",
          "hardSwish",
          "hardTanh",
          "thresholdedRelu",
          "softShrink",
          "hardShrink",
          "tanhShrink");

  private final Tap tap;
  private final boolean activation;
  private long count;
  private double sum;
  private double squares;
  private long zeros;
  private long saturated;
  private double gradientSquares;
  private boolean[] alive = new boolean[0];
  private double low;
  private double high;
  private final long[] counts = new long[PARTS];

  LayerTally(Tap tap) {
    this.tap = tap;
    activation = ACTIVATIONS.contains(tap.kind());
  }

  void add(Tensor input, Tensor output, Tensor gradient) {
    outputs(output);
    histogram(activation ? input : output);
    for (long i = 0; i < gradient.elements(); i++) {
      double g = gradient.getDouble(i);
      gradientSquares += g * g;
    }
  }

  private void outputs(Tensor output) {
    long[] sizes = output.shape().sizes();
    int axis = sizes.length >= 4 ? 1 : sizes.length - 1;
    int units = (int) sizes[axis];
    long inner = 1;
    for (int i = axis + 1; i < sizes.length; i++) {
      inner *= sizes[i];
    }
    alive = alive.length == 0 ? new boolean[units] : alive;
    double[] bounds = BOUNDS.getOrDefault(tap.kind(), new double[] {-1 / 0.0, 1 / 0.0});
    double margin = Double.isFinite(bounds[1]) ? (bounds[1] - bounds[0]) / 100 : 0;
    for (long i = 0; i < output.elements(); i++) {
      double y = output.getDouble(i);
      sum += y;
      squares += y * y;
      if (y == 0) {
        zeros++;
      } else {
        alive[(int) (i / inner % units)] = true;
      }
      saturated += y < bounds[0] + margin || y > bounds[1] - margin ? 1 : 0;
    }
    count += output.elements();
  }

  /** The first batch decides on the range. */
  private void histogram(Tensor values) {
    if (low == high) {
      low = Double.POSITIVE_INFINITY;
      high = Double.NEGATIVE_INFINITY;
      for (long i = 0; i < values.elements(); i++) {
        double x = values.getDouble(i);
        if (Double.isFinite(x)) {
          low = Math.min(low, x);
          high = Math.max(high, x);
        }
      }
      if (!(high > low)) {
        low = Double.isFinite(low) ? low - 0.5 : -0.5;
        high = low + 1;
      }
    }
    double scale = PARTS / (high - low);
    for (long i = 0; i < values.elements(); i++) {
      double x = values.getDouble(i);
      if (!Double.isNaN(x)) {
        counts[(int) Math.max(0, Math.min(PARTS - 1, (x - low) * scale))]++;
      }
    }
  }

  LayerStatistics result() {
    double mean = sum / count;
    long live = 0;
    for (boolean each : alive) {
      live += each ? 1 : 0;
    }
    return new LayerStatistics(
        tap.layer(),
        tap.kind(),
        mean,
        Math.sqrt(Math.max(0, squares / count - mean * mean)),
        zeros / (double) count,
        1 - live / (double) alive.length,
        saturated / (double) count,
        Math.sqrt(gradientSquares),
        activation,
        new Histogram(low, high, Arrays.copyOf(counts, PARTS)));
  }
}
