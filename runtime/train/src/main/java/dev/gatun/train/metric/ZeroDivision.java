package dev.gatun.train.metric;

/** What 0/0 is, for instance the precision of a class that was never predicted. */
public enum ZeroDivision {
  /** 0, the harshest reading. */
  ZERO(0),
  /** 1, the kindest. */
  ONE(1),
  /** Not a number; averages over classes leave such classes out. */
  UNDEFINED(Double.NaN);

  private final double value;

  ZeroDivision(double value) {
    this.value = value;
  }

  double divide(double numerator, double denominator) {
    return denominator == 0 ? value : numerator / denominator;
  }
}
