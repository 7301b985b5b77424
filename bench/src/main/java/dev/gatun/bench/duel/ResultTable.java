package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results for people, a line each, printed as they come. */
public final class ResultTable {
  private static final String HEADER =
      String.format(
          Locale.ROOT,
          "%-22s %3s %10s %10s %6s %-13s %13s %13s %13s  %s",
          "model",
          "thr",
          "gatun ms",
          "peer ms",
          "ratio",
          "  min..max",
          "GFLOP/s",
          "peak MB",
          "cold ms",
          "outputs");

  /** The line above. */
  public static String header() {
    return HEADER;
  }

  /** A result. */
  public static String line(Result r) {
    return String.format(
        Locale.ROOT,
        "%-22s %3d %10.3f %10.3f %6.3f %5.2f..%-6.2f %6.0f/%-6.0f %6.0f/%-6.0f %6.0f/%-6.0f  %s",
        r.model(),
        r.threads(),
        r.gatun().latency(),
        r.peer().latency(),
        r.ratio(),
        r.ratios().stream().mapToDouble(d -> d).min().orElseThrow(),
        r.ratios().stream().mapToDouble(d -> d).max().orElseThrow(),
        r.gatunGflops(),
        r.peerGflops(),
        r.gatun().peakBytes() / 1e6,
        r.peer().peakBytes() / 1e6,
        r.gatun().coldStart(),
        r.peer().coldStart(),
        r.agreement().holds()
            ? String.format(Locale.ROOT, "agree (%.0e)", r.agreement().error())
            : "DISAGREE: " + r.agreement().problem());
  }

  /** Geometric means: for each number of threads, and for all when there are several. */
  public static List<String> summary(List<Result> results) {
    List<String> lines = new ArrayList<>();
    List<Integer> threads = results.stream().map(Result::threads).distinct().toList();
    for (int n : threads) {
      List<Double> ratios =
          results.stream().filter(r -> r.threads() == n).map(Result::ratio).toList();
      lines.add(mean(n + (n == 1 ? " thread" : " threads"), ratios));
    }
    if (threads.size() > 1) {
      lines.add(mean("all", results.stream().map(Result::ratio).toList()));
    }
    return lines;
  }

  private static String mean(String what, List<Double> ratios) {
    return String.format(
        Locale.ROOT,
        "geometric mean of %d ratios, %s: %.3f (largest %.3f)",
        ratios.size(),
        what,
        Statistics.geometricMean(ratios),
        ratios.stream().mapToDouble(d -> d).max().orElseThrow());
  }

  private ResultTable() {}
}
