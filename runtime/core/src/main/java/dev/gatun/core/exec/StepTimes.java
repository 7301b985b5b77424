package dev.gatun.core.exec;

import dev.gatun.core.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times of the steps of one program, collected over its runs by one thread. */
final class StepTimes {
  private final Map<Node, List<Long>> nanos = new LinkedHashMap<>();
  private final List<Long> runs = new ArrayList<>();

  /** One run of a step. */
  void add(Node node, long time) {
    nanos.computeIfAbsent(node, n -> new ArrayList<>()).add(time);
  }

  /** One run of the program. */
  void addRun(long time) {
    runs.add(time);
  }

  /** Whether the node was timed: views, for instance, are no step. */
  boolean has(Node node) {
    return nanos.containsKey(node);
  }

  double medianMicros(Node node) {
    return medianMicros(nanos.getOrDefault(node, List.of()));
  }

  Profile toProfile(Program program) {
    List<Profile.Line> lines = new ArrayList<>();
    for (Program.Unit unit : program.units()) {
      for (Node node : unit.part().nodes()) {
        List<Long> times = nanos.get(node);
        if (times != null) {
          lines.add(
              new Profile.Line(
                  Explanation.step(node, program.selection(node), unit.part().kind()),
                  medianMicros(times)));
        }
      }
    }
    return new Profile(lines, medianMicros(runs), runs.size());
  }

  private static double medianMicros(List<Long> times) {
    long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2] / 1e3;
  }
}
