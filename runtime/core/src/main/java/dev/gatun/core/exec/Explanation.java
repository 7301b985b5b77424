package dev.gatun.core.exec;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Cost;
import dev.gatun.core.plan.Lowering;
import dev.gatun.core.plan.Selection;
import dev.gatun.core.plan.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What will run for given input types, and why: made for people, and for tests that pin it.
 *
 * @param steps in the order in which they run
 * @param arenaBytes memory for intermediate values of one run
 * @param weightBytes native memory for constants, packed ones included
 * @param recomputed how many of the steps compute again what was not kept
 * @param recomputedFlops floating-point operations of those
 * @param savedBytes by how much arenaBytes is smaller for it
 */
public record Explanation(
    List<Step> steps,
    String backend,
    int threads,
    long arenaBytes,
    long weightBytes,
    int recomputed,
    long recomputedFlops,
    long savedBytes) {
  /**
   * One node.
   *
   * @param op the operator, or those of a fused node joined by "+"
   * @param kernel the candidate that was chosen, "reference" where none fits
   * @param note what the candidate says about itself
   * @param refusals "candidate: reason" of those that were asked before
   * @param outputs types of the outputs
   * @param flops floating-point operations
   * @param bytes inputs and outputs
   */
  public record Step(
      String node,
      String op,
      String kernel,
      String note,
      List<String> refusals,
      String outputs,
      long flops,
      long bytes) {}

  static Explanation of(Program program, SessionOptions options, Target target) {
    List<Step> steps = new ArrayList<>();
    for (Program.Unit unit : program.units()) {
      for (Node node : unit.part().nodes()) {
        steps.add(step(node, program.selection(node), unit.part().kind()));
      }
    }
    return new Explanation(
        steps,
        options.backend().toString(),
        target.threads(),
        program.arenaBytes(),
        target.weights().bytes(),
        program.recomputing().count(),
        program.recomputing().flops(),
        program.recomputing().savedBytes());
  }

  static Step step(
      Node node, @org.jspecify.annotations.Nullable Selection selection, Partition.Kind kind) {
    String op = node.op().name();
    if (node.op() == Fused.OP) {
      op =
          String.join(
              "+", Fused.body(node).nodes().stream().map(inner -> inner.op().name()).toList());
    }
    String kernel = "reference";
    String note = "";
    List<String> refusals = List.of();
    if (kind == Partition.Kind.DYNAMIC) {
      note = "shapes depend on data: compiled when they are known";
      kernel = "later";
    } else if (selection != null) {
      kernel = selection.candidate();
      refusals = selection.refusals();
      note =
          switch (selection.lowering()) {
            case Lowering.Kernels kernels -> kernels.note();
            case Lowering.Join join -> "parts written in place where possible";
            case Lowering.View view -> "";
            case Lowering.Refused refused -> "";
          };
    } else {
      note = "its output's shape depends on data";
    }
    List<String> types = node.outputs().stream().map(Value::type).map(String::valueOf).toList();
    return new Step(
        node.name(),
        op,
        kernel,
        note,
        refusals,
        String.join(", ", types),
        Cost.flops(node),
        Cost.bytes(node));
  }

  /** Floating-point operations of a run. */
  public long flops() {
    return steps.stream().mapToLong(Step::flops).sum();
  }

  /** A table: a line a step, with refusals indented below it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "backend %s, %d threads, %d steps, %.3f GFLOP, arena %.1f MB, weights %.1f MB%n",
            backend,
            threads,
            steps.size(),
            flops() / 1e9,
            arenaBytes / 1e6,
            weightBytes / 1e6));
    if (recomputed > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d steps compute again what was not kept: %.3f GFLOP more, arena %.1f MB smaller%n",
              recomputed,
              recomputedFlops / 1e9,
              savedBytes / 1e6));
    }
    int number = 0;
    for (Step step : steps) {
      text.append(
          String.format(
              Locale.ROOT,
              "%4d  %-28s %-36s %-30s %9.3f MFLOP %9.1f KB  %s%s%n",
              number++,
              step.op,
              step.kernel,
              step.outputs,
              step.flops / 1e6,
              step.bytes / 1e3,
              step.node,
              step.note.isEmpty() ? "" : "  [" + step.note + "]"));
      for (String refusal : step.refusals) {
        text.append("        not ").append(refusal).append(System.lineSeparator());
      }
    }
    return text.toString();
  }
}
