package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Augmentation;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import java.util.random.RandomGenerator;

/**
 * Two samples as one, with both their classes. Targets become float32 [classes], as a loss of soft
 * labels takes them.
 *
 * @param partners where second samples come from
 * @param classes how many there are
 * @param alpha of the beta distribution of proportions; 1 is evenly
 */
public record Mixing(
    IndexedDataset partners, String picture, String label, int classes, double alpha) {
  public Mixing {
    if (!(alpha > 0) || classes < 1) {
      throw new VisionException(
          "mixing needs an alpha above 0 and classes, not %s and %d".formatted(alpha, classes));
    }
  }

  /** Means of pictures (Zhang and others 2018). */
  public Augmentation mixup() {
    return (sample, random) -> {
      double own = beta(random);
      Sample other = partner(random);
      Picture first = Picture.of(sample.get(picture));
      Picture second = like(first, other);
      float[] mixed = first.blank();
      for (int i = 0; i < mixed.length; i++) {
        mixed[i] = (float) (own * first.values()[i] + (1 - own) * second.values()[i]);
      }
      return with(sample, first.with(mixed), other, own);
    };
  }

  /** A rectangle of another picture (Yun and others 2019). */
  public Augmentation cutmix() {
    return (sample, random) -> {
      double part = Math.sqrt(1 - beta(random));
      Sample other = partner(random);
      Picture first = Picture.of(sample.get(picture));
      Picture second = like(first, other);
      int height = (int) (first.height() * part);
      int width = (int) (first.width() * part);
      int middleY = random.nextInt(first.height());
      int middleX = random.nextInt(first.width());
      int top = Math.max(middleY - height / 2, 0);
      int bottom = Math.min(middleY - height / 2 + height, first.height());
      int left = Math.max(middleX - width / 2, 0);
      int right = Math.min(middleX - width / 2 + width, first.width());
      float[] mixed = first.values().clone();
      for (int c = 0; c < first.channels(); c++) {
        for (int y = top; y < bottom; y++) {
          int row = (c * first.height() + y) * first.width();
          System.arraycopy(second.values(), row + left, mixed, row + left, right - left);
        }
      }
      double covered = (bottom - top) * (double) (right - left) / first.area();
      return with(sample, first.with(mixed), other, 1 - covered);
    };
  }

  private Sample partner(RandomGenerator random) {
    return partners.get(random.nextLong(partners.count()));
  }

  private Picture like(Picture first, Sample other) {
    Picture second = Picture.of(other.get(picture));
    if (second.channels() != first.channels()
        || second.height() != first.height()
        || second.width() != first.width()
        || second.dtype() != first.dtype()) {
      throw new VisionException(
          other.origin()
              + ": pictures that are mixed are alike; this one is "
              + other.get(picture).type());
    }
    return second;
  }

  private Sample with(Sample sample, Picture mixed, Sample other, double own) {
    float[] target = new float[classes];
    addTo(target, sample, own);
    addTo(target, other, 1 - own);
    return sample.with(picture, mixed.tensor()).with(label, Tensor.of(target, classes));
  }

  /** Adds a class, or soft ones that an earlier mixing has made. */
  private void addTo(float[] target, Sample sample, double weight) {
    Tensor of = sample.get(label);
    if (of.dtype() == DType.F32 && of.elements() == classes) {
      for (int i = 0; i < classes; i++) {
        target[i] += (float) (weight * of.getFloat(i));
      }
      return;
    }
    if (of.elements() != 1 || of.getLong(0) < 0 || of.getLong(0) >= classes) {
      throw new VisionException(
          sample.origin() + ": '" + label + "' is no class below " + classes + ": " + of);
    }
    target[(int) of.getLong(0)] += (float) weight;
  }

  private double beta(RandomGenerator random) {
    double x = gamma(random, alpha);
    return x / (x + gamma(random, alpha));
  }

  /** A gamma variate (Marsaglia and Tsang 2000). */
  private static double gamma(RandomGenerator random, double shape) {
    if (shape < 1) {
      return gamma(random, shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
    }
    double d = shape - 1 / 3.0;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double normal = random.nextGaussian();
      double v = 1 + c * normal;
      if (v > 0) {
        v = v * v * v;
        double bound = 0.5 * normal * normal + d - d * v + d * Math.log(v);
        if (Math.log(random.nextDouble()) < bound) {
          return d * v;
        }
      }
    }
  }
}
