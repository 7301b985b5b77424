package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Peak signal-to-noise ratio in decibels, 10 log10(range^2 / mean squared error) of each picture
 * [N, ...], the mean over pictures. Infinite if one is met exactly.
 */
final class PeakSignalToNoise implements Metric {
  private final double range;
  private final Mean mean = new Mean("psnr");

  PeakSignalToNoise(double range) {
    if (!(range > 0 && Double.isFinite(range))) {
      throw new GatunException(
          "metric 'psnr': from black to white it is more than 0, such as 1 or 255, not " + range);
    }
    this.range = range;
  }

  @Override
  public String name() {
    return mean.name();
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    Cells.sameShape(name(), predictions, targets);
    Cells from = Cells.predictions(name(), predictions);
    Cells truth = Cells.targets(name(), targets);
    long pictures = targets.shape().rank() == 0 ? 1 : targets.shape().size(0);
    Cells each = Cells.weights(name(), weights, pictures);
    long size = truth.count() / Math.max(pictures, 1);
    for (long picture = 0; picture < pictures && size > 0; picture++) {
      double weight = Cells.weight(each, picture);
      if (weight > 0) {
        double squares = 0;
        for (long i = picture * size; i < (picture + 1) * size; i++) {
          double error = from.number(i) - truth.number(i);
          squares += error * error;
        }
        mean.add(10 * Math.log10(range * range * size / squares), weight);
      }
    }
  }

  @Override
  public void merge(Metric other) {
    mean.merge(Merging.same(this, other).mean);
  }

  @Override
  public double result() {
    return mean.result();
  }

  @Override
  public void reset() {
    mean.reset();
  }

  @Override
  public PeakSignalToNoise fresh() {
    return new PeakSignalToNoise(range);
  }
}
