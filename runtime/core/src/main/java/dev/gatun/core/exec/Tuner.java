package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.plan.Candidates;
import dev.gatun.core.plan.Choices;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.plan.Selection;
import dev.gatun.core.tensor.Datum;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles a graph once for each backend, runs the programs in turn, and compares their times node
 * by node: each kernel is measured where it will run, with caches as its neighbours leave them.
 */
final class Tuner {
  /** A kernel must be that much faster than the usual choice, or noise would decide. */
  private static final double CLEARLY = 0.97;

  /** Runs of a program in a row; the first finds the caches full of another program's weights. */
  private static final int IN_A_ROW = 3;

  private final Executor executor;
  private final Graph ready;
  private final List<Datum> inputs;
  private final OutputMemory memory = new OutputMemory();
  private final Map<Backend, Program> programs = new EnumMap<>(Backend.class);
  private final Map<Backend, StepTimes> times = new EnumMap<>(Backend.class);

  Tuner(Executor executor, Graph ready, List<Datum> inputs) {
    this.executor = executor;
    this.ready = ready;
    this.inputs = inputs;
  }

  /** Measures and notes the choices. */
  Tuning tune(Choices choices, double warmupSeconds, double seconds) {
    try {
      for (Backend backend : Backend.values()) {
        if (backend.isMeasured()) {
          programs.put(
              backend,
              executor.compile(ready, t -> executor.target().only(backend, t), executor.team()));
        }
      }
      rounds(warmupSeconds);
      times.clear();
      int rounds = rounds(seconds);
      List<Tuning.Line> lines = new ArrayList<>();
      for (Node node : ready.nodes()) {
        Map<Backend, Double> micros = micros(node);
        if (micros.size() > 1) {
          lines.add(line(node, micros, choices));
        }
      }
      return new Tuning(lines, rounds);
    } finally {
      programs.values().forEach(Program::close);
    }
  }

  private int rounds(double seconds) {
    long begin = System.nanoTime();
    int rounds = 0;
    do {
      programs.forEach(
          (backend, program) -> {
            StepTimes steps = times.computeIfAbsent(backend, b -> new StepTimes());
            program.runForNothing(inputs, executor.team(), executor, memory, null);
            for (int i = 1; i < IN_A_ROW; i++) {
              program.runForNothing(inputs, executor.team(), executor, memory, steps);
            }
          });
      rounds += IN_A_ROW - 1;
    } while (System.nanoTime() - begin < seconds * 1e9);
    return rounds;
  }

  /** The median of each backend that has a kernel of its own for the node. */
  private Map<Backend, Double> micros(Node node) {
    Map<Backend, Double> micros = new LinkedHashMap<>();
    List<String> seen = new ArrayList<>();
    programs.forEach(
        (backend, program) -> {
          Selection selection = program.selection(node);
          StepTimes steps = times.get(backend);
          if (selection != null
              && steps != null
              && steps.has(node)
              && !seen.contains(selection.candidate())) {
            seen.add(selection.candidate());
            micros.put(backend, steps.medianMicros(node));
          }
        });
    return micros;
  }

  private Tuning.Line line(Node node, Map<Backend, Double> micros, Choices choices) {
    Backend usual = Candidates.usual(node, executor.target());
    Backend best = usual;
    double least = micros.getOrDefault(usual, Double.MAX_VALUE) * CLEARLY;
    for (Map.Entry<Backend, Double> entry : micros.entrySet()) {
      if (entry.getValue() < least) {
        best = entry.getKey();
        least = entry.getValue();
      }
    }
    choices.put(node, best);
    Program chosen = programs.get(best);
    Selection selection = chosen == null ? null : chosen.selection(node);
    return new Tuning.Line(
        Explanation.step(node, selection, Partition.Kind.PLAN), micros, usual, best);
  }
}
