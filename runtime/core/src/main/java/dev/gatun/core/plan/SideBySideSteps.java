package dev.gatun.core.plan;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.ReduceSumSquare;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which neighbouring steps of a plan may run side by side, as one job of the team: light ones that
 * do not touch what another of them writes. An optimizer's updates of all parameters are one job,
 * as are the sums of all gradients.
 *
 * <p>What a step computes does not change: its tasks stay as they are.
 */
final class SideBySideSteps {
  private static final Set<OpDef> LIGHT = Set.of(ReduceSum.OP, ReduceMean.OP, ReduceSumSquare.OP);

  private record Range(boolean fixed, long from, long to) {
    boolean meets(Range other) {
      return fixed == other.fixed && from < other.to && other.from < to;
    }
  }

  private final List<Range> read = new ArrayList<>();
  private final List<Range> written = new ArrayList<>();

  private SideBySideSteps() {}

  /** For each group, the step behind its last one. */
  static int[] ends(List<Plan.Step> steps) {
    List<Integer> ends = new ArrayList<>();
    int at = 0;
    while (at < steps.size()) {
      int end = at + 1;
      if (isLight(steps.get(at))) {
        SideBySideSteps group = new SideBySideSteps();
        group.add(steps.get(at));
        while (end < steps.size()
            && isLight(steps.get(end))
            && group.isIndependent(steps.get(end))) {
          group.add(steps.get(end++));
        }
      }
      ends.add(end);
      at = end;
    }
    return ends.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Kernels that cannot fail, and are too short for the team to be worth its while. */
  private static boolean isLight(Plan.Step step) {
    Node node = step.selection().node();
    return node.op() == Fused.OP
        ? Fused.anchor(Fused.body(node)).isEmpty()
        : node.op().pointwise().isPresent() || LIGHT.contains(node.op());
  }

  private void add(Plan.Step step) {
    int inputs = step.selection().node().inputs().size();
    for (int i = 0; i < step.places().size(); i++) {
      (i < inputs ? read : written).add(range(step, i));
    }
  }

  private boolean isIndependent(Plan.Step step) {
    int inputs = step.selection().node().inputs().size();
    for (int i = 0; i < step.places().size(); i++) {
      Range range = range(step, i);
      if (written.stream().anyMatch(range::meets)
          || i >= inputs && read.stream().anyMatch(range::meets)) {
        return false;
      }
    }
    return true;
  }

  private static Range range(Plan.Step step, int buffer) {
    Node node = step.selection().node();
    Plan.Place place = step.places().get(buffer);
    int output = buffer - node.inputs().size();
    long bytes;
    if (output < 0) {
      bytes = node.input(buffer).isAbsent() ? 0 : PlanBuilder.bytes(node.input(buffer));
    } else if (output < node.outputs().size()) {
      bytes = PlanBuilder.bytes(node.outputs().get(output));
    } else {
      bytes =
          step.selection().lowering() instanceof Lowering.Kernels kernels
              ? kernels.scratchBytes()
              : 0;
    }
    return new Range(place.fixed(), place.at(), place.at() + bytes);
  }
}
