package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;

/** Pictures made soft. */
public final class Blur {
  /**
   * Weighs neighbours by a bell curve; beyond the edges is a mirror.
   *
   * @param size of the window, odd
   * @param deviation of the curve in pixels
   */
  public static Tensor gaussian(Tensor picture, int size, double deviation) {
    if (size < 1 || size % 2 == 0 || !(deviation > 0)) {
      throw new VisionException(
          "a blur has an odd window and a deviation above 0, not " + size + " and " + deviation);
    }
    Picture p = Picture.of(picture);
    int reach = size / 2;
    if (reach >= p.height() || reach >= p.width()) {
      throw new VisionException(
          "a picture of %d x %d is too small for a window of %d"
              .formatted(p.height(), p.width(), size));
    }
    double[] weights = new double[size];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double x = (i - reach) / deviation;
      weights[i] = Math.exp(-0.5 * x * x);
      sum += weights[i];
    }
    for (int i = 0; i < size; i++) {
      weights[i] /= sum;
    }
    float[] rows = p.blank();
    float[] dst = p.blank();
    Sampling mirror = Sampling.NEAREST.outside(Sampling.Outside.REFLECT);
    for (int line = 0; line < p.channels() * p.height(); line++) {
      for (int x = 0; x < p.width(); x++) {
        double value = 0;
        for (int k = 0; k < size; k++) {
          int from = mirror.index(x + k - reach, p.width());
          value += weights[k] * p.values()[line * p.width() + from];
        }
        rows[line * p.width() + x] = (float) value;
      }
    }
    for (int c = 0; c < p.channels(); c++) {
      for (int y = 0; y < p.height(); y++) {
        for (int k = 0; k < size; k++) {
          int from = (c * p.height() + mirror.index(y + k - reach, p.height())) * p.width();
          int to = (c * p.height() + y) * p.width();
          for (int x = 0; x < p.width(); x++) {
            dst[to + x] += (float) weights[k] * rows[from + x];
          }
        }
      }
    }
    return p.with(dst).tensor();
  }

  private Blur() {}
}
