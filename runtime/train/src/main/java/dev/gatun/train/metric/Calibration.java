package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is predicted with probability p happens in a share p of the cases. Predictions are
 * probabilities of class 1 in the shape of the targets. The result is the expected calibration
 * error: the mean distance of the two over bins of equal width.
 */
public final class Calibration implements Metric {
  /** One bin that is not empty. */
  public record Point(double meanPrediction, double shareOfPositives, double weight) {}

  private final double[] predicted;
  private final double[] positive;
  private final double[] weight;

  /** Sorts probabilities into this many bins of equal width. */
  public Calibration(int bins) {
    if (bins < 1) {
      throw new GatunException("metric 'calibration' needs at least one bin, got " + bins);
    }
    predicted = new double[bins];
    positive = new double[bins];
    weight = new double[bins];
  }

  @Override
  public String name() {
    return "calibration";
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    Cells.sameShape(name(), predictions, targets);
    Cells from = Cells.predictions(name(), predictions);
    Cells truth = Cells.targets(name(), targets);
    Cells each = Cells.weights(name(), weights, truth.count());
    for (long i = 0; i < truth.count(); i++) {
      double w = Cells.weight(each, i);
      if (w == 0) {
        continue;
      }
      double p = from.number(i);
      if (p < 0 || p > 1) {
        throw from.bad(i, String.valueOf(p), "probabilities lie between 0 and 1");
      }
      int label = truth.label(i);
      if (label > 1) {
        throw truth.bad(i, "class " + label, "there are two classes, 0 and 1");
      }
      int bin = bin(p);
      predicted[bin] += w * p;
      positive[bin] += w * label;
      weight[bin] += w;
    }
  }

  /** The bin whose range (lower, upper] holds p; 0 belongs to the first. */
  private int bin(double p) {
    int bins = weight.length;
    int bin = (int) Math.min(Math.max(Math.ceil(p * bins) - 1, 0), bins - 1);
    // The product is rounded; the edges k / bins are what counts.
    while (bin > 0 && p <= bin / (double) bins) {
      bin--;
    }
    while (bin < bins - 1 && p > (bin + 1) / (double) bins) {
      bin++;
    }
    return bin;
  }

  /** The curve: a point for each bin that is not empty. */
  public Point[] curve() {
    int filled = 0;
    Point[] points = new Point[weight.length];
    for (int b = 0; b < weight.length; b++) {
      if (weight[b] > 0) {
        points[filled++] = new Point(predicted[b] / weight[b], positive[b] / weight[b], weight[b]);
      }
    }
    return Arrays.copyOf(points, filled);
  }

  @Override
  public void merge(Metric other) {
    Calibration more = Merging.same(this, other);
    if (more.weight.length != weight.length) {
      throw new GatunException("metric 'calibration': bins differ; merge metrics made by fresh()");
    }
    for (int b = 0; b < weight.length; b++) {
      predicted[b] += more.predicted[b];
      positive[b] += more.positive[b];
      weight[b] += more.weight[b];
    }
  }

  @Override
  public double result() {
    double error = 0;
    double total = 0;
    for (int b = 0; b < weight.length; b++) {
      error += Math.abs(predicted[b] - positive[b]);
      total += weight[b];
    }
    return error / total;
  }

  @Override
  public void reset() {
    Arrays.fill(predicted, 0);
    Arrays.fill(positive, 0);
    Arrays.fill(weight, 0);
  }

  @Override
  public Calibration fresh() {
    return new Calibration(weight.length);
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }
}
