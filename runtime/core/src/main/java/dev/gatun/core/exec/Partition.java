package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Selection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cuts a graph into parts that run one after the other: plans, single nodes without a kernel, and
 * parts whose shapes are known only when the values before them are.
 */
final class Partition {
  /** How a part runs. */
  enum Kind {
    /** All nodes have kernels. */
    PLAN,
    /** One node that runs by its reference meaning. */
    HOST,
    /** Shapes depend on data: compiled again, or interpreted, when the inputs are there. */
    DYNAMIC
  }

  /** Nodes in order with the values they need from outside and give to outside. */
  record Part(Kind kind, List<Node> nodes, List<Value> inputs, List<Value> outputs) {
    /** What was chosen for its nodes. */
    List<Selection> selections(Map<Node, Selection> all) {
      List<Selection> chosen = new ArrayList<>();
      for (Node node : nodes) {
        Selection selection = all.get(node);
        if (selection != null) {
          chosen.add(selection);
        }
      }
      return chosen;
    }

    /** The part as a graph of its own. */
    Graph toGraph(String name) {
      List<String> names = new ArrayList<>();
      for (Value output : outputs) {
        names.add(output.name());
      }
      return new Graph(name, inputs, nodes, outputs, names);
    }
  }

  private final Graph graph;
  private final Map<Node, Kind> kinds = new HashMap<>();

  private Partition(Graph graph) {
    this.graph = graph;
  }

  /**
   * Cuts the graph.
   *
   * @param selections one for each node whose types are all fixed
   */
  static List<Part> cut(Graph graph, Map<Node, Selection> selections) {
    return new Partition(graph).run(selections);
  }

  private List<Part> run(Map<Node, Selection> selections) {
    Set<Value> loose = new HashSet<>();
    for (Node node : graph.nodes()) {
      boolean dynamic = node.inputs().stream().anyMatch(loose::contains);
      Selection selection = selections.get(node);
      kinds.put(
          node,
          dynamic
              ? Kind.DYNAMIC
              : selection != null && selection.isPlanned() ? Kind.PLAN : Kind.HOST);
      for (Value output : node.outputs()) {
        if (dynamic || isLoose(output)) {
          loose.add(output);
        }
      }
    }
    return describe(order());
  }

  /** A tensor of unknown shape; sequences and the like are never planned and stay out of it. */
  private static boolean isLoose(Value value) {
    return value.type() instanceof dev.gatun.core.tensor.Type.OfTensor tensor
        && !tensor.shape().isFixed();
  }

  /** Groups nodes: as many of one kind as are ready, then the next kind. */
  private List<List<Node>> order() {
    Set<Value> done = new HashSet<>(graph.inputs());
    Set<Node> left = new LinkedHashSet<>(graph.nodes());
    List<List<Node>> groups = new ArrayList<>();
    while (!left.isEmpty()) {
      for (Kind kind : Kind.values()) {
        List<Node> group = new ArrayList<>();
        for (Node node : List.copyOf(left)) {
          if (kinds.get(node) == kind && isReady(node, done)) {
            left.remove(node);
            if (kind == Kind.HOST) {
              groups.add(List.of(node));
              done.addAll(node.outputs());
            } else {
              group.add(node);
              done.addAll(node.outputs());
            }
          }
        }
        if (!group.isEmpty()) {
          groups.add(group);
        }
      }
    }
    return groups;
  }

  private static boolean isReady(Node node, Set<Value> done) {
    for (Value input : node.inputs()) {
      if (!input.isAbsent() && input.constantDatum().isEmpty() && !done.contains(input)) {
        return false;
      }
    }
    return true;
  }

  private List<Part> describe(List<List<Node>> groups) {
    Map<Value, Integer> lastUse = new HashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      for (Node node : groups.get(i)) {
        for (Value input : node.inputs()) {
          lastUse.put(input, i);
        }
      }
    }
    for (Value output : graph.outputs()) {
      lastUse.put(output, groups.size());
    }
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      List<Node> nodes = groups.get(i);
      Set<Value> made = new LinkedHashSet<>();
      Set<Value> needed = new LinkedHashSet<>();
      for (Node node : nodes) {
        for (Value input : node.inputs()) {
          if (!input.isAbsent() && input.constantDatum().isEmpty() && !made.contains(input)) {
            needed.add(input);
          }
        }
        made.addAll(node.outputs());
      }
      List<Value> given = new ArrayList<>();
      for (Value value : made) {
        if (lastUse.getOrDefault(value, -1) > i) {
          given.add(value);
        }
      }
      parts.add(
          new Part(kinds.getOrDefault(nodes.get(0), Kind.HOST), nodes, List.copyOf(needed), given));
    }
    return parts;
  }
}
