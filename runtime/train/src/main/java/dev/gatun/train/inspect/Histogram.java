package dev.gatun.train.inspect;

import java.util.Arrays;

/**
 * How many values lie in each of equally wide parts of a range; the outer parts hold what lies
 * outside, too.
 *
 * @param low where the range begins
 * @param high where it ends
 */
public record Histogram(double low, double high, long[] counts) {
  /** Copied. */
  public Histogram {
    counts = counts.clone();
  }

  @Override
  public long[] counts() {
    return counts.clone();
  }

  /** Number of values. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** Where part {@code i} ends. */
  public double end(int i) {
    return low + (high - low) * (i + 1) / counts.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Histogram h
        && low == h.low
        && high == h.high
        && Arrays.equals(counts, h.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return low + " to " + high + " " + Arrays.toString(counts);
  }
}
