package dev.gatun.core.exec;

import dev.gatun.core.plan.Backend;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@link Session#tune} measured.
 *
 * @param lines nodes for which there was a choice
 * @param rounds how many runs of each backend the medians are of
 */
public record Tuning(List<Line> lines, int rounds) {
  /**
   * A node's medians.
   *
   * @param micros by backend, the usual choice first
   * @param usual what is chosen without measuring
   * @param best what is chosen from now on
   */
  public record Line(
      Explanation.Step step, Map<Backend, Double> micros, Backend usual, Backend best) {}

  public Tuning {
    lines = List.copyOf(lines);
  }

  /** A table: a line a node. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      line.micros.forEach(
          (backend, micros) ->
              text.append(String.format(Locale.ROOT, "%-8s %9.1f us  ", backend, micros)));
      text.append(line.best).append(line.best == line.usual ? "  " : "* ");
      text.append(line.step.op()).append(' ').append(line.step.outputs());
      text.append("  ").append(line.step.node()).append("  [").append(line.step.note());
      text.append(']').append(System.lineSeparator());
    }
    long changed = lines.stream().filter(line -> line.best != line.usual).count();
    return text.append(lines.size())
        .append(" nodes with a choice, ")
        .append(rounds)
        .append(" runs of each backend; ")
        .append(changed)
        .append(" (marked *) change")
        .append(System.lineSeparator())
        .toString();
  }
}
