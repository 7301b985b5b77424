package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts of the runs of n tokens in a text. */
final class NGrams {
  static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** How many runs both have, each counted as often as in the one that has it less often. */
  static int overlap(Map<List<String>, Integer> a, Map<List<String>, Integer> b) {
    int overlap = 0;
    for (Map.Entry<List<String>, Integer> each : a.entrySet()) {
      overlap += Math.min(each.getValue(), b.getOrDefault(each.getKey(), 0));
    }
    return overlap;
  }

  /** Fails when there is nothing to compare with. */
  static void checkReferences(String metric, List<List<String>> references) {
    if (references.isEmpty()) {
      throw new GatunException(
          "metric '" + metric + "' needs at least one reference for each text");
    }
  }

  private NGrams() {}
}
