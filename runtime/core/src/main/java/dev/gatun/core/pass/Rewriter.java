package dev.gatun.core.pass;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Segment;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rebuilds a graph node by node in order; a pass says what becomes of each node.
 *
 * <p>Types are inferred anew on the way, equal nodes become one, and nodes that nothing needs are
 * left out.
 */
public final class Rewriter {
  /** What becomes of a node. */
  public interface Rule {
    /**
     * The values that replace the node's outputs, or empty to keep the node as it is.
     *
     * @param node the old node
     * @param inputs its inputs in the new graph
     */
    Optional<List<Value>> rewrite(Node node, List<Value> inputs, GraphBuilder b);
  }

  /** Rebuilds the graph with the rule applied to every node. */
  public static Graph rewrite(Graph graph, Rule rule) {
    return rewrite(graph, List.of(), rule);
  }

  /** Rebuilds the graph with other input types (none: the same). */
  public static Graph rewrite(Graph graph, List<? extends Type> inputTypes, Rule rule) {
    GraphBuilder b = new GraphBuilder(graph.name());
    Map<Value, Value> now = new HashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      Value input = graph.inputs().get(i);
      now.put(
          input, b.input(input.name(), inputTypes.isEmpty() ? input.type() : inputTypes.get(i)));
    }
    List<Value> outputs = inline(graph, now, rule, b);
    for (int i = 0; i < graph.outputs().size(); i++) {
      b.output(graph.outputNames().get(i), outputs.get(i));
    }
    return withoutDeadNodes(b.build());
  }

  /**
   * Adds a graph's nodes to another graph in place of a node; returns the graph's outputs there.
   */
  public static List<Value> inline(Graph graph, List<Value> inputs, Rule rule, GraphBuilder b) {
    Map<Value, Value> now = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      now.put(graph.inputs().get(i), inputs.get(i));
    }
    return inline(graph, now, rule, b);
  }

  private static List<Value> inline(Graph graph, Map<Value, Value> now, Rule rule, GraphBuilder b) {
    now.put(Value.ABSENT, Value.ABSENT);
    int around = b.segment();
    for (Node node : graph.nodes()) {
      List<Value> inputs = new ArrayList<>();
      for (Value input : node.inputs()) {
        inputs.add(translate(now, input, b));
      }
      b.segment(Segment.within(around, node));
      List<Value> results = rule.rewrite(node, inputs, b).orElseGet(() -> copy(node, inputs, b));
      for (int i = 0; i < node.outputs().size(); i++) {
        now.put(node.outputs().get(i), results.get(i));
      }
    }
    b.segment(around);
    List<Value> outputs = new ArrayList<>();
    for (Value output : graph.outputs()) {
      outputs.add(translate(now, output, b));
    }
    return outputs;
  }

  /** Adds the same node to another graph. */
  public static List<Value> copy(Node node, List<Value> inputs, GraphBuilder b) {
    List<String> names = new ArrayList<>();
    for (Value output : node.outputs()) {
      names.add(output.name());
    }
    int around = b.segment();
    b.segment(Segment.within(around, node));
    List<Value> copies =
        b.add(node.op(), node.attrs(), inputs, node.outputs().size(), node.name(), names);
    b.segment(around);
    return copies;
  }

  private static Value translate(Map<Value, Value> now, Value old, GraphBuilder b) {
    return now.computeIfAbsent(old, v -> b.constant(v.name(), v.constantDatum().orElseThrow()));
  }

  /** Drops nodes whose outputs nobody reads. */
  public static Graph withoutDeadNodes(Graph graph) {
    Set<Value> needed = new HashSet<>(graph.outputs());
    List<Node> kept = new ArrayList<>();
    for (Node node : graph.nodes().reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        needed.addAll(node.inputs());
        kept.add(node);
      }
    }
    return new Graph(
        graph.name(), graph.inputs(), kept.reversed(), graph.outputs(), graph.outputNames());
  }

  private Rewriter() {}
}
