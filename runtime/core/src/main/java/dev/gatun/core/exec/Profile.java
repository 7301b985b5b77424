package dev.gatun.core.exec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of a run goes: the median of each step over several runs.
 *
 * @param lines steps that take time, in the order in which they run; views are left out
 * @param totalMicros median of whole runs, timed in the same runs
 */
public record Profile(List<Line> lines, double totalMicros, int runs) {
  /** A step and its median time. */
  public record Line(Explanation.Step step, double micros) {
    /** Billions of floating-point operations a second. */
    double gigaflops() {
      return micros == 0 ? 0 : step.flops() / micros / 1e3;
    }

    /** Billions of bytes of operands and results a second. */
    double gigabytes() {
      return micros == 0 ? 0 : step.bytes() / micros / 1e3;
    }
  }

  public Profile {
    lines = List.copyOf(lines);
  }

  /** Two tables: steps of like operator and kernel summed, longest first; then every step. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    double steps = lines.stream().mapToDouble(Line::micros).sum();
    text.append(
        String.format(
            Locale.ROOT,
            "%d runs, median %.1f us; steps %.1f us, inputs, outputs and the rest %.1f us%n",
            runs,
            totalMicros,
            steps,
            Math.max(0, totalMicros - steps)));
    text.append(
        String.format("%10s %6s %5s %9s  kernel, operator%n", "us", "share", "steps", "GF/s"));
    for (Group group : groups()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%10.1f %5.1f%% %5d %9.1f  %s  %s%n",
              group.micros,
              share(group.micros),
              group.steps,
              group.micros == 0 ? 0 : group.flops / group.micros / 1e3,
              group.kernel,
              group.op));
    }
    text.append(
        String.format(
            "%10s %6s %9s %9s  kernel, operator, result%n", "us", "share", "GF/s", "GB/s"));
    for (Line line : lines) {
      Explanation.Step step = line.step;
      text.append(
          String.format(
              Locale.ROOT,
              "%10.1f %5.1f%% %9.1f %9.1f  %s  %s %s  %s%s%n",
              line.micros,
              share(line.micros),
              line.gigaflops(),
              line.gigabytes(),
              step.kernel(),
              step.op(),
              step.outputs(),
              step.node(),
              step.note().isEmpty() ? "" : "  [" + step.note() + "]"));
    }
    return text.toString();
  }

  private double share(double micros) {
    return totalMicros == 0 ? 0 : 100 * micros / totalMicros;
  }

  private List<Group> groups() {
    record Key(String kernel, String op) {}
    Map<Key, Group> groups = new LinkedHashMap<>();
    for (Line line : lines) {
      Group group =
          groups.computeIfAbsent(
              new Key(line.step.kernel(), line.step.op()), k -> new Group(k.kernel, k.op));
      group.micros += line.micros;
      group.flops += line.step.flops();
      group.steps++;
    }
    List<Group> sorted = new ArrayList<>(groups.values());
    sorted.sort(Comparator.comparingDouble((Group g) -> g.micros).reversed());
    return sorted;
  }

  private static final class Group {
    private final String kernel;
    private final String op;
    private double micros;
    private long flops;
    private int steps;

    Group(String kernel, String op) {
      this.kernel = kernel;
      this.op = op;
    }
  }
}
