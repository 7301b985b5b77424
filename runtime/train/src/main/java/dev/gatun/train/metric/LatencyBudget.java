package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the turns of a loop take, part by part, against the time that a turn has: the frames of a
 * video, of which the next one comes after 33 ms.
 *
 * {@snippet :
 * LatencyBudget budget = new LatencyBudget(Duration.ofMillis(33));
 * try (LatencyBudget.Turn turn = budget.begin()) {
 *   Tensor x = preprocessing.apply(frame);
 *   turn.done("prepare");
 *   Outputs y = session.run("x", x);
 *   turn.done("network");
 * }
 * System.out.println(budget);
 * }
 *
 * <p>Not thread-safe. The first turns of a process compile; {@link #reset} after some of them.
 */
public final class LatencyBudget {
  private final Duration budget;
  private final LongSupplier nanos;
  private final Map<String, Latency> parts = new LinkedHashMap<>();
  private final Latency whole = new Latency();
  private long late;

  /** For turns of which each has so much time. */
  public LatencyBudget(Duration budget) {
    this(budget, System::nanoTime);
  }

  LatencyBudget(Duration budget, LongSupplier nanos) {
    this.budget = budget;
    this.nanos = nanos;
    if (budget.isNegative() || budget.isZero()) {
      throw new GatunException("a turn needs more time than " + budget);
    }
  }

  /** One turn, from {@link #begin} to {@link #close}. */
  public final class Turn implements AutoCloseable {
    private final long begin = nanos.getAsLong();
    private long last = begin;
    private boolean closed;

    private Turn() {}

    /** What was done since the turn, or its part before, began is called so. */
    public void done(String part) {
      long now = nanos.getAsLong();
      parts.computeIfAbsent(part, name -> new Latency()).addNanos(now - last);
      last = now;
    }

    /** The end of the turn. */
    @Override
    public void close() {
      if (closed) {
        throw new GatunException("a turn ends once");
      }
      closed = true;
      long time = nanos.getAsLong() - begin;
      whole.addNanos(time);
      late += time > budget.toNanos() ? 1 : 0;
    }
  }

  /** A turn begins. */
  public Turn begin() {
    return new Turn();
  }

  /** What whole turns took. */
  public Latency whole() {
    return whole;
  }

  /** What a part took in the turns that had it. */
  public Latency part(String name) {
    Latency part = parts.get(name);
    if (part == null) {
      throw new GatunException("no part is called '" + name + "'; there are " + parts.keySet());
    }
    return part;
  }

  /** How many turns took longer than they had. */
  public long late() {
    return late;
  }

  /** Whether a share of the turns kept within the budget: 0.99 for its p99. */
  public boolean isMet(double share) {
    return whole.percentile(share).compareTo(budget) <= 0;
  }

  /** Forgets everything, such as turns in which code was still being compiled. */
  public void reset() {
    parts.clear();
    whole.reset();
    late = 0;
  }

  /** A table in milliseconds: a line for each part, then whole turns, then how many were late. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    int width = 5;
    for (String name : parts.keySet()) {
      width = Math.max(width, name.length());
    }
    table.append(
        "%s %9s %9s %9s %9s %9s %9s%n"
            .formatted(padded("ms", width), "turns", "mean", "p50", "p95", "p99", "max"));
    for (Map.Entry<String, Latency> part : parts.entrySet()) {
      table.append(line(width, part.getKey(), part.getValue()));
    }
    table.append(line(width, "whole", whole));
    table.append(
        String.format(
            Locale.ROOT,
            "%d of %d turns took longer than %.3f ms%n",
            late,
            whole.calls(),
            budget.toNanos() / 1e6));
    return table.toString();
  }

  private static String padded(String name, int width) {
    return name + " ".repeat(width - name.length());
  }

  private static String line(int width, String name, Latency times) {
    return times.calls() == 0
        ? String.format(Locale.ROOT, "%s %9d%n", padded(name, width), 0)
        : String.format(
            Locale.ROOT,
            "%s %9d %9.3f %9.3f %9.3f %9.3f %9.3f%n",
            padded(name, width),
            times.calls(),
            times.mean().toNanos() / 1e6,
            times.percentile(0.5).toNanos() / 1e6,
            times.percentile(0.95).toNanos() / 1e6,
            times.percentile(0.99).toNanos() / 1e6,
            times.largest().toNanos() / 1e6);
  }
}
