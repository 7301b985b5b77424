package dev.gatun.train;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows units (channels, neurons) through a graph: which index of which axis of each parameter
 * belongs to the same unit (the dependency graph of Fang and others 2023, "DepGraph", by index
 * instead of by axis, so that flattened and concatenated channels are told apart).
 *
 * <p>An axis that no parameter gave its size (batch, positions, what is given to the network) has
 * no units: null. Where it meets one that has, and where an operator has no rule here, the units
 * are held.
 */
final class UnitAxes {
  /** An axis of a parameter. */
  record Axis(String parameter, int axis) {}

  private final UnitSets sets = new UnitSets();
  private final Map<Value, int[] @Nullable []> axes = new HashMap<>();
  private final Map<Value, String> names = new HashMap<>();
  private final Set<Axis> makers = new LinkedHashSet<>();

  /**
   * Follows the units of parameters.
   *
   * @param graph with an input for each parameter
   */
  UnitAxes(Graph graph, Map<String, Value> parameters) {
    parameters.forEach(
        (name, value) -> {
          Shape shape = value.tensorType().shape();
          int[][] own = new int[shape.rank()][];
          for (int i = 0; i < own.length; i++) {
            own[i] = sets.fresh(Math.toIntExact(shape.size(i)));
          }
          axes.put(value, own);
          names.put(value, name);
        });
    UnitRules rules = new UnitRules(this);
    for (Node node : graph.nodes()) {
      rules.follow(node);
    }
    for (Value output : graph.outputs()) {
      hold(output, "its units are the network's results");
    }
  }

  UnitSets sets() {
    return sets;
  }

  /** Indices of a parameter's axes. */
  int[] of(Value parameter, int axis) {
    return known(parameter)[axis];
  }

  /** Axes whose indices are a layer's units: rows of a dense weight, filters. */
  Set<Axis> makers() {
    return makers;
  }

  /** Indices of a value's axes. */
  int[] @Nullable [] known(Value value) {
    return axes.computeIfAbsent(
        value,
        v ->
            new int
                [v.type() instanceof Type.OfTensor t && t.shape().isRanked() ? t.shape().rank() : 0]
                []);
  }

  int rank(Value value) {
    return known(value).length;
  }

  /** Holds all units of a value. */
  void hold(Value value, String reason) {
    for (int[] ids : known(value)) {
      hold(ids, reason);
    }
  }

  /** Holds units, if there are any. */
  void hold(int @Nullable [] ids, String reason) {
    if (ids != null) {
      sets.hold(ids, reason);
    }
  }

  /** What both are from here on. */
  int @Nullable [] join(int @Nullable [] a, int @Nullable [] b, Node node) {
    if (a == null || b == null || a.length != b.length) {
      hold(a, "its units meet a fixed size at " + node);
      hold(b, "its units meet a fixed size at " + node);
      return null;
    }
    sets.join(a, b);
    return a;
  }

  /** Says what a node's result has. */
  void result(Node node, int[] @Nullable [] result) {
    axes.put(node.output(), result);
  }

  /** Says that an axis of a value, if it is a parameter, has a layer's units. */
  void maker(Value weight, int axis) {
    String name = names.get(weight);
    if (name != null) {
      makers.add(new Axis(name, axis));
    }
  }
}
