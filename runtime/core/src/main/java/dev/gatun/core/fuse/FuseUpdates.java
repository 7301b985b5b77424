package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes one node of what computes several results from each other at the end of a graph: the new
 * values of a parameter and of its optimizer's slots, in one pass over them.
 *
 * <p>Only nodes join whose results are read by none but others of the group and the graph's
 * outputs, so a group may stand at the end of the graph and there is no way out of it and back.
 */
public final class FuseUpdates implements Pass {
  /** Keeps generated methods well below the size up to which the JIT compiles them. */
  private static final int MAX_NODES = 40;

  /** Operands of a generated kernel, results included. */
  private static final int MAX_OPERANDS = 48;

  @Override
  public String name() {
    return "fuseUpdates";
  }

  @Override
  public Graph apply(Graph graph) {
    List<Set<Node>> groups = groups(graph);
    if (groups.isEmpty()) {
      return graph;
    }
    Set<Node> members = new HashSet<>();
    groups.forEach(members::addAll);
    GraphBuilder b = new GraphBuilder(graph.name());
    Map<Value, Value> now = new HashMap<>();
    now.put(Value.ABSENT, Value.ABSENT);
    for (Value input : graph.inputs()) {
      now.put(input, b.input(input.name(), input.type()));
    }
    for (Node node : graph.nodes()) {
      if (!members.contains(node)) {
        List<Value> results = Rewriter.copy(node, translate(node.inputs(), now, b), b);
        for (int i = 0; i < results.size(); i++) {
          now.put(node.outputs().get(i), results.get(i));
        }
      }
    }
    Set<Value> outputs = new HashSet<>(graph.outputs());
    for (Set<Node> group : groups) {
      add(group, outputs, now, b);
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      b.output(
          graph.outputNames().get(i), translate(List.of(graph.outputs().get(i)), now, b).get(0));
    }
    return b.build();
  }

  private static List<Value> translate(List<Value> values, Map<Value, Value> now, GraphBuilder b) {
    List<Value> found = new ArrayList<>();
    for (Value value : values) {
      found.add(
          now.computeIfAbsent(value, v -> b.constant(v.name(), v.constantDatum().orElseThrow())));
    }
    return found;
  }

  /** Groups of two and more nodes with two and more results, in the order of their first nodes. */
  private static List<Set<Node>> groups(Graph graph) {
    Map<Value, List<Node>> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        readers.computeIfAbsent(input, v -> new ArrayList<>()).add(node);
      }
    }
    Set<Value> outputs = new HashSet<>(graph.outputs());
    Map<Node, Set<Node>> groups = new LinkedHashMap<>();
    for (Node node : graph.nodes().reversed()) {
      List<Node> after =
          node.outputs().size() == 1 ? readers.getOrDefault(node.output(), List.of()) : List.of();
      boolean isLast =
          isRegion(node)
              && (!after.isEmpty() || outputs.contains(node.output()))
              && after.stream().allMatch(r -> groups.containsKey(r) && alike(r, node));
      if (isLast) {
        Set<Node> group = new LinkedHashSet<>(Set.of(node));
        for (Node reader : after) {
          group.addAll(groups.getOrDefault(reader, Set.of()));
        }
        group.forEach(member -> groups.put(member, group));
      }
    }
    Set<Set<Node>> distinct =
        java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    List<Set<Node>> found = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Set<Node> group = groups.get(node);
      if (group != null && distinct.add(group) && isWorthIt(group, outputs)) {
        found.add(group);
      }
    }
    return found;
  }

  private static boolean alike(Node a, Node b) {
    return shape(a).equals(shape(b));
  }

  private static Shape shape(Node node) {
    return node.output().tensorType().shape();
  }

  /** Pointwise in float32, one operator or several. */
  private static boolean isRegion(Node node) {
    boolean pointwise =
        node.op() == Fused.OP
            ? Fused.anchor(Fused.body(node)).isEmpty()
            : node.op().pointwise().isPresent();
    return pointwise
        && node.output().type().isFixed()
        && node.output().tensorType().dtype() == DType.F32
        && node.inputs().stream().allMatch(v -> !v.isAbsent() && v.type().isFixed())
        && FusePointwise.isForVectors(node);
  }

  private static boolean isWorthIt(Set<Node> group, Set<Value> outputs) {
    int nodes = 0;
    int results = 0;
    Set<Value> operands = new HashSet<>();
    for (Node node : group) {
      nodes += node.op() == Fused.OP ? Fused.body(node).nodes().size() : 1;
      results += outputs.contains(node.output()) ? 1 : 0;
      operands.addAll(node.inputs());
    }
    return results > 1 && nodes <= MAX_NODES && results + operands.size() <= MAX_OPERANDS;
  }

  private static void add(
      Set<Node> group, Set<Value> outputs, Map<Value, Value> now, GraphBuilder b) {
    GraphBuilder body = new GraphBuilder("fused");
    Map<Value, Value> outside = new LinkedHashMap<>();
    Map<Value, Value> inside = new HashMap<>();
    List<Node> left = new ArrayList<>(group);
    while (!left.isEmpty()) { // the set is not in order; every round finds a node that is ready
      for (Node node : List.copyOf(left)) {
        boolean ready =
            node.inputs().stream().allMatch(v -> v.producer().filter(left::contains).isEmpty());
        if (ready) {
          left.remove(node);
          List<Value> args = new ArrayList<>();
          for (Value input : node.inputs()) {
            args.add(argument(input, inside, outside, now, b, body));
          }
          inside.put(node.output(), copy(node, args, body));
        }
      }
    }
    List<Value> results = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Node node : group) {
      if (outputs.contains(node.output())) {
        body.output("y" + results.size(), inside.getOrDefault(node.output(), Value.ABSENT));
        results.add(node.output());
        names.add(node.output().name());
      }
    }
    List<Value> fused =
        b.add(
            Fused.OP,
            Attrs.of("body", body.build()),
            List.copyOf(outside.keySet()),
            results.size(),
            group.iterator().next().name(),
            names);
    for (int i = 0; i < fused.size(); i++) {
      now.put(results.get(i), fused.get(i));
    }
  }

  private static Value copy(Node node, List<Value> args, GraphBuilder body) {
    return node.op() == Fused.OP
        ? Rewriter.inline(Fused.body(node), args, (n, in, b) -> Optional.empty(), body).get(0)
        : Rewriter.copy(node, args, body).get(0);
  }

  private static Value argument(
      Value input,
      Map<Value, Value> inside,
      Map<Value, Value> outside,
      Map<Value, Value> now,
      GraphBuilder b,
      GraphBuilder body) {
    Value known = inside.get(input);
    if (known != null) {
      return known;
    }
    if (input.constant().filter(t -> t.elements() == 1).isPresent()) {
      return body.constant(input.name(), input.constantDatum().orElseThrow());
    }
    Value value = translate(List.of(input), now, b).get(0);
    return outside.computeIfAbsent(value, v -> body.input(v.name(), v.type()));
  }
}
