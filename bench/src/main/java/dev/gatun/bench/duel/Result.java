package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Agreement;
import dev.gatun.bench.measure.Statistics;
import java.util.List;

/**
 * What was measured of one model with one number of threads; memory in bytes, times in
 * milliseconds.
 *
 * @param gatun Gatun's side
 * @param peer the other engine's side
 * @param ratios Gatun's median time divided by the peer's, one a round
 * @param gflop floating-point operations of a run in billions, as Gatun counts them
 */
public record Result(
    String model,
    int threads,
    String backend,
    Side gatun,
    Side peer,
    List<Double> ratios,
    double gflop,
    Agreement agreement) {

  /**
   * One engine.
   *
   * @param latencies medians of the rounds
   * @param min the fastest run of all
   * @param load from the file to a session
   * @param firstRun the first run alone
   * @param coldStarts from the start of a process to its first result
   * @param peakBytes the most memory that the process ever had; 0 where the system does not tell
   */
  public record Side(
      List<Double> latencies,
      double min,
      double load,
      double firstRun,
      List<Double> coldStarts,
      long peakBytes) {
    public double latency() {
      return Statistics.median(latencies);
    }

    public double coldStart() {
      return Statistics.median(coldStarts);
    }
  }

  /** Below 1 when Gatun is faster. */
  public double ratio() {
    return Statistics.median(ratios);
  }

  public double gatunGflops() {
    return gflop / gatun.latency() * 1e3;
  }

  public double peerGflops() {
    return gflop / peer.latency() * 1e3;
  }
}
