package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;

/** Likeness of vectors, such as those of words. */
public final class Vectors {
  /** The cosine of the angle between two vectors: 1 for one direction, 0 at right angles. */
  public static double cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new ShapeException(
          "vectors of " + a.length + " and " + b.length + " numbers cannot be compared");
    }
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * (double) b[i];
      squaresA += a[i] * (double) a[i];
      squaresB += b[i] * (double) b[i];
    }
    if (squaresA == 0 || squaresB == 0) {
      throw new GatunException("a vector of zeros has no direction; its cosine is not defined");
    }
    return product / Math.sqrt(squaresA) / Math.sqrt(squaresB);
  }

  private Vectors() {}
}
