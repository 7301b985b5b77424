package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;
import java.util.random.RandomGenerator;

/** Pictures made worse. */
public final class Noise {
  /**
   * Adds normal numbers; results of bytes stay bytes, those of floats are not bounded.
   *
   * @param deviation as a part of the range from black to white
   */
  public static Tensor gaussian(Tensor picture, double deviation, RandomGenerator random) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int i = 0; i < dst.length; i++) {
      dst[i] = (float) (p.values()[i] + deviation * p.bound() * random.nextGaussian());
    }
    return p.with(dst).tensor();
  }

  /** Makes pixels (all channels of them) black or white, each as likely. */
  public static Tensor saltAndPepper(Tensor picture, double rate, RandomGenerator random) {
    Picture p = Picture.of(picture);
    float[] dst = p.values().clone();
    for (int i = 0; i < p.area(); i++) {
      double draw = random.nextDouble();
      if (draw < rate) {
        for (int c = 0; c < p.channels(); c++) {
          dst[c * p.area() + i] = draw < rate / 2 ? 0 : p.bound();
        }
      }
    }
    return p.with(dst).tensor();
  }

  /** Fills a rectangle, as far as it lies in the picture. */
  public static Tensor erase(
      Tensor picture, int top, int left, int height, int width, double value) {
    Picture p = Picture.of(picture);
    float[] dst = p.values().clone();
    int first = Math.max(left, 0);
    int last = Math.min(left + width, p.width());
    for (int c = 0; c < p.channels() && first < last; c++) {
      for (int y = Math.max(top, 0); y < Math.min(top + height, p.height()); y++) {
        int row = (c * p.height() + y) * p.width();
        java.util.Arrays.fill(dst, row + first, row + last, (float) value);
      }
    }
    return p.with(dst).tensor();
  }

  private Noise() {}
}
