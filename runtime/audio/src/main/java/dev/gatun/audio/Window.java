package dev.gatun.audio;

import java.util.Arrays;

/** Windows of a short-time transform, periodic: the next one would begin where this one ends. */
public enum Window {
  /** Raised cosine, zero at its begin. */
  HANN(0.5, 0.5, 0),
  /** Raised cosine on a pedestal. */
  HAMMING(0.54, 0.46, 0),
  /** Two cosines. */
  BLACKMAN(0.42, 0.5, 0.08),
  /** Ones. */
  RECTANGULAR(1, 0, 0);

  private final double constant;
  private final double first;
  private final double second;

  Window(double constant, double first, double second) {
    this.constant = constant;
    this.first = first;
    this.second = second;
  }

  /** The window's values. */
  public double[] values(int length) {
    double[] values = new double[length];
    Arrays.setAll(
        values,
        i -> {
          double angle = 2 * Math.PI * i / length;
          return constant - first * Math.cos(angle) + second * Math.cos(2 * angle);
        });
    return values;
  }
}
