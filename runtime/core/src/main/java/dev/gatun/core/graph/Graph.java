package dev.gatun.core.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Inputs, nodes in topological order and outputs; immutable. Made by {@link GraphBuilder}.
 *
 * @param name for messages
 * @param outputNames one a output; a value may be an output under several names
 */
public record Graph(
    String name,
    List<Value> inputs,
    List<Node> nodes,
    List<Value> outputs,
    List<String> outputNames) {
  public Graph {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    outputNames = List.copyOf(outputNames);
    if (outputs.size() != outputNames.size()) {
      throw new IllegalArgumentException(
          outputs.size() + " outputs but " + outputNames.size() + " names");
    }
  }

  /** How often each value is read by nodes, plus once for each time it is a graph output. */
  public Map<Value, Integer> uses() {
    Map<Value, Integer> uses = new HashMap<>();
    for (Node node : nodes) {
      for (Value input : node.inputs()) {
        uses.merge(input, 1, Integer::sum);
      }
    }
    for (Value output : outputs) {
      uses.merge(output, 1, Integer::sum);
    }
    return uses;
  }

  /** True when the same inputs always give the same outputs. */
  public boolean isPure() {
    for (Node node : nodes) {
      if (!node.op().isPure(node.attrs())) {
        return false;
      }
    }
    return true;
  }

  /** Graphs are compared by identity: two equal ones are told apart by who holds them. */
  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "graph '" + name + "' (" + nodes.size() + " nodes)";
  }
}
