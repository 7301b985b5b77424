package dev.gatun.bench.kernels;

import dev.gatun.bench.kernels.Contestant.Kind;
import dev.gatun.bench.measure.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was measured of one case on one number of threads.
 *
 * @param unit of all speeds
 * @param speeds one a round, the same number for all contestants but the scalar one
 * @param kernels what each contestant runs
 * @param problem a disagreement of results; empty when there is none
 */
record KernelResult(
    String name,
    int threads,
    String unit,
    Map<Kind, List<Double>> speeds,
    Map<Kind, String> kernels,
    String problem) {

  boolean has(Kind kind) {
    return speeds.containsKey(kind);
  }

  double speed(Kind kind) {
    return Statistics.median(of(kind));
  }

  /** Median over the rounds of one speed as a share of the other in the same round. */
  double share(Kind kind, Kind ofWhom) {
    List<Double> ratios = new ArrayList<>();
    List<Double> mine = of(kind);
    List<Double> theirs = of(ofWhom);
    for (int round = 0; round < Math.min(mine.size(), theirs.size()); round++) {
      ratios.add(mine.get(round) / theirs.get(round));
    }
    return Statistics.median(ratios);
  }

  private List<Double> of(Kind kind) {
    List<Double> found = speeds.get(kind);
    if (found == null) {
      throw new IllegalArgumentException(kind + " was not measured on " + name);
    }
    return found;
  }
}
