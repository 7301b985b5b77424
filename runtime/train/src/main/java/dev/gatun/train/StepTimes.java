package dev.gatun.train;

import java.util.Arrays;

/** Durations of the latest steps. */
final class StepTimes {
  private final long[] nanos = new long[64];
  private long count;

  void add(long duration) {
    nanos[(int) (count++ % nanos.length)] = duration;
  }

  /** The median in seconds; NaN without steps. */
  double median() {
    long[] sorted = Arrays.copyOf(nanos, (int) Math.min(count, nanos.length));
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2] * 1e-9;
  }
}
