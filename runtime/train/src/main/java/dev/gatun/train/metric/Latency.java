package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long calls take: a histogram with 64 steps for each doubling, so that percentiles are exact
 * to 1.6 % from a nanosecond to centuries, in 32 KB whatever the number of calls.
 */
public final class Latency {
  private static final int STEPS = 64;
  private static final int STEP_BITS = 6;

  private final long[] counts = new long[(65 - STEP_BITS) * STEPS];
  private long calls;
  private long sum;
  private long largest;

  /** Adds one call. */
  public void add(Duration time) {
    addNanos(time.toNanos());
  }

  /** Adds one call. */
  public void addNanos(long nanos) {
    if (nanos < 0) {
      throw new GatunException("metric 'latency': a call took " + nanos + " ns; use nanoTime()");
    }
    counts[bucket(nanos)]++;
    calls++;
    sum += nanos;
    largest = Math.max(largest, nanos);
  }

  private static int bucket(long nanos) {
    if (nanos < STEPS) {
      return (int) nanos;
    }
    int shift = 63 - Long.numberOfLeadingZeros(nanos) - STEP_BITS;
    return (shift + 1) * STEPS + (int) (nanos >>> shift) - STEPS;
  }

  /** The largest time of a bucket. */
  private static long upper(int bucket) {
    if (bucket < STEPS) {
      return bucket;
    }
    int shift = bucket / STEPS - 1;
    return ((bucket % STEPS + STEPS + 1L) << shift) - 1;
  }

  /** Adds what another has gathered. */
  public void merge(Latency other) {
    for (int b = 0; b < counts.length; b++) {
      counts[b] += other.counts[b];
    }
    calls += other.calls;
    sum += other.sum;
    largest = Math.max(largest, other.largest);
  }

  /** Number of calls. */
  public long calls() {
    return calls;
  }

  /** The mean. */
  public Duration mean() {
    check();
    return Duration.ofNanos(sum / calls);
  }

  /** The longest. */
  public Duration largest() {
    check();
    return Duration.ofNanos(largest);
  }

  /** The time that a share of the calls does not exceed: 0.5 for the median, 0.99 for p99. */
  public Duration percentile(double share) {
    check();
    if (!(share >= 0 && share <= 1)) {
      throw new GatunException("metric 'latency': " + share + " is no share from 0 to 1");
    }
    long wanted = Math.max(1, (long) Math.ceil(share * calls));
    long seen = 0;
    int bucket = -1;
    while (seen < wanted) {
      seen += counts[++bucket];
    }
    return Duration.ofNanos(Math.min(upper(bucket), largest));
  }

  private void check() {
    if (calls == 0) {
      throw new GatunException("metric 'latency': no call was added yet");
    }
  }

  /** Forgets everything. */
  public void reset() {
    Arrays.fill(counts, 0);
    calls = 0;
    sum = 0;
    largest = 0;
  }

  /** Calls, mean and percentiles in milliseconds. */
  @Override
  public String toString() {
    return calls == 0
        ? "no calls"
        : String.format(
            Locale.ROOT,
            "%d calls, ms: mean %.3f, p50 %.3f, p95 %.3f, p99 %.3f, max %.3f",
            calls,
            mean().toNanos() / 1e6,
            percentile(0.5).toNanos() / 1e6,
            percentile(0.95).toNanos() / 1e6,
            percentile(0.99).toNanos() / 1e6,
            largest / 1e6);
  }
}
