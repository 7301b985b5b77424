package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.MemoryPlanner.Buffer;
import dev.gatun.core.plan.Plan.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Keeps places in the results of joins for the values that are joined, so that who computes them
 * writes them there.
 */
final class Joins {
  /** Makes a buffer. */
  interface Buffers {
    Buffer create(String name, long bytes, int step);
  }

  /**
   * The places of values that are best written into a join, and of the results of such joins.
   *
   * <p>A value gets none if it is a constant, only part of what its kernel computes, or has a place
   * already. A join inside another one lies within the other's result.
   */
  static Map<Value, Spot> reserve(List<Value> inputs, List<Selection> nodes, Buffers buffers) {
    Map<Value, Value> wholes = wholes(nodes);
    Set<Value> computed = new HashSet<>(inputs);
    for (Selection selection : nodes) {
      if (!(selection.lowering() instanceof Lowering.View)) {
        computed.addAll(selection.node().outputs());
      }
    }
    Map<Value, Spot> spots = new HashMap<>();
    for (int step = nodes.size() - 1; step >= 0; step--) {
      if (nodes.get(step).lowering() instanceof Lowering.Join join) {
        Node node = nodes.get(step).node();
        for (int i = 0; i < node.inputs().size(); i++) {
          Value part = wholes.getOrDefault(node.input(i), node.input(i));
          if (computed.contains(part)
              && !spots.containsKey(part)
              && PlanBuilder.bytes(part) == PlanBuilder.bytes(node.input(i))) {
            int at = step;
            Spot whole =
                spots.computeIfAbsent(
                    node.output(),
                    v -> new Spot(buffers.create(v.name(), PlanBuilder.bytes(v), at), 0));
            spots.put(part, whole.plus(join.offsets().get(i)));
          }
        }
      }
    }
    return spots;
  }

  /** For each view the value whose memory it looks at, through all views between. */
  private static Map<Value, Value> wholes(List<Selection> nodes) {
    Map<Value, Value> wholes = new HashMap<>();
    for (Selection selection : nodes) {
      if (selection.lowering() instanceof Lowering.View view) {
        Value from = selection.node().input(view.input());
        for (Value output : selection.node().outputs()) {
          wholes.put(output, wholes.getOrDefault(from, from));
        }
      }
    }
    return wholes;
  }

  /** Numbers of the inputs that do not lie in the output. */
  static List<Integer> elsewhere(Node node, Lowering.Join join, Function<Value, Place> places) {
    List<Integer> elsewhere = new ArrayList<>();
    Place whole = places.apply(node.output());
    for (int i = 0; i < node.inputs().size(); i++) {
      Place place = places.apply(node.input(i));
      if (place.fixed() || place.at() != whole.at() + join.offsets().get(i)) {
        elsewhere.add(i);
      }
    }
    return elsewhere;
  }

  private Joins() {}
}
