package dev.gatun.core.quant;

/**
 * Which values of an activation become integers; those beyond are clipped.
 *
 * @param tail share of the values that may be clipped at either end, in [0, 0.5)
 */
public record Range(double tail) {
  /** From the smallest to the largest value that calibration saw. */
  public static final Range MIN_MAX = new Range(0);

  public Range {
    if (!(tail >= 0 && tail < 0.5)) {
      throw new IllegalArgumentException("the share to clip must be in [0, 0.5), got " + tail);
    }
  }

  /**
   * Without outliers.
   *
   * @param percent of the values that stay within, such as 99.99
   */
  public static Range percentile(double percent) {
    return new Range((100 - percent) / 200);
  }
}
