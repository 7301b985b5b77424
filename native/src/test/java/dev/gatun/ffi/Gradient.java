package dev.gatun.ffi;

import java.util.function.UnaryOperator;

/** Gradients of double-precision twins by central differences: slow and obvious. */
final class Gradient {
  private static final double STEP = 1e-5;

  /**
   * Gradient of sum(upstream * forward(x)) by x.
   *
   * @param forward must not change its argument
   */
  static double[] of(UnaryOperator<double[]> forward, double[] x, float[] upstream) {
    double[] gradient = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double[] up = x.clone();
      double[] down = x.clone();
      up[i] += STEP;
      down[i] -= STEP;
      gradient[i] =
          (dot(forward.apply(up), upstream) - dot(forward.apply(down), upstream)) / (2 * STEP);
    }
    return gradient;
  }

  private static double dot(double[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  private Gradient() {}
}
