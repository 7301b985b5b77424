package dev.gatun.core.compose;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Replaces clusters of primitives by the composite operators they stand for, which have kernels of
 * their own or fuse better.
 *
 * <p>A cluster is replaced only if nothing outside reads what it computes on the way, its types are
 * fixed, and the composite has exactly the type of what it replaces.
 */
public final class RecognizeComposites {
  /** Name that switches all of them off. */
  public static final String NAME = "recognizeComposites";

  /** In this order: later ones are made of earlier ones. */
  private static final List<Composite> ALL =
      List.of(
          new SoftplusCluster(),
          new SigmoidProduct(),
          new GeluCluster(),
          new HardSwishCluster(),
          new MishCluster(),
          new LayerNormCluster(),
          new RmsNormCluster(),
          new SoftmaxCluster(),
          new AttentionCluster());

  /** Names of the composites and the one for all. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>();
    names.add(NAME);
    ALL.forEach(composite -> names.add(composite.name()));
    return names;
  }

  /**
   * The graph with all clusters replaced whose names are not disabled; the same if there is none.
   */
  public static Graph apply(Graph graph, Set<String> disabled) {
    Graph now = graph;
    if (disabled.contains(NAME)) {
      return now;
    }
    for (Composite composite : ALL) {
      if (!disabled.contains(composite.name())) {
        now = apply(composite, now);
      }
    }
    return now;
  }

  private static Graph apply(Composite composite, Graph graph) {
    Map<Node, Found> found = find(composite, graph);
    return found.isEmpty()
        ? graph
        : Rewriter.rewrite(
            graph,
            (node, inputs, b) -> {
              Found match = found.get(node);
              return match == null ? Optional.empty() : replace(node, match, inputs, b);
            });
  }

  /**
   * A match and how its leaves are reached from the root.
   *
   * @param paths for each leaf the numbers of inputs to follow
   */
  private record Found(Match match, List<int[]> paths) {}

  private static Map<Node, Found> find(Composite composite, Graph graph) {
    Map<Node, Found> found = new HashMap<>();
    Map<Value, List<Node>> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        readers.computeIfAbsent(input, v -> new ArrayList<>(2)).add(node);
      }
    }
    Set<Node> taken = new HashSet<>();
    // From the end: the largest cluster that ends in a node comes before those inside it.
    for (Node node : graph.nodes().reversed()) {
      if (taken.contains(node) || node.outputs().size() != 1 || !isFixed(node)) {
        continue;
      }
      Optional<Match> match = composite.match(node);
      if (match.isEmpty()) {
        continue;
      }
      Set<Node> inside = new HashSet<>();
      Map<Value, int[]> paths = new HashMap<>();
      if (walk(node, new HashSet<>(match.get().leaves()), inside, paths, new int[0])
          && isClosed(node, inside, readers, graph)
          && inside.stream().noneMatch(found::containsKey)) {
        List<int[]> order = new ArrayList<>();
        for (Value leaf : match.get().leaves()) {
          int[] path = paths.get(leaf);
          if (path != null) {
            order.add(path);
          }
        }
        if (order.size() == match.get().leaves().size()) {
          found.put(node, new Found(match.get(), order));
          taken.addAll(inside);
        }
      }
    }
    return found;
  }

  /** Collects the nodes between the root and the leaves; false if it gets past them. */
  private static boolean walk(
      Node node, Set<Value> leaves, Set<Node> inside, Map<Value, int[]> paths, int[] path) {
    for (int i = 0; i < node.inputs().size(); i++) {
      Value input = node.input(i);
      int[] further = java.util.Arrays.copyOf(path, path.length + 1);
      further[path.length] = i;
      if (leaves.contains(input)) {
        paths.putIfAbsent(input, further);
      } else if (input.producer().isPresent()) {
        Node producer = input.producer().get();
        if (inside.add(producer) && !walk(producer, leaves, inside, paths, further)) {
          return false;
        }
      } else if (!input.isAbsent() && input.constantDatum().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isClosed(
      Node root, Set<Node> inside, Map<Value, List<Node>> readers, Graph graph) {
    for (Node node : inside) {
      for (Value output : node.outputs()) {
        for (Node reader : readers.getOrDefault(output, List.of())) {
          if (reader != root && !inside.contains(reader)) {
            return false;
          }
        }
        if (graph.outputs().contains(output)) {
          return false;
        }
      }
    }
    return true;
  }

  private static Optional<List<Value>> replace(
      Node node, Found found, List<Value> inputs, GraphBuilder b) {
    List<Value> leaves = new ArrayList<>();
    for (int k = 0; k < found.paths().size(); k++) {
      int[] path = found.paths().get(k);
      Value at = inputs.get(path[0]);
      for (int i = 1; i < path.length; i++) {
        at = at.producer().orElseThrow().input(path[i]);
      }
      leaves.add(at);
    }
    Value result = found.match().build().build(b, leaves);
    return result.type().equals(node.output().type())
        ? Optional.of(List.of(result))
        : Optional.empty();
  }

  /** Half precision is left alone: a composite rounds once where the cluster rounds every step. */
  private static boolean isFixed(Node node) {
    return (node.output().type() instanceof Type.OfTensor type
            && (type.dtype() == DType.F32 || type.dtype() == DType.F64))
        && node.inputs().stream().allMatch(v -> v.isAbsent() || v.type().isFixed())
        && node.output().type().isFixed();
  }

  private RecognizeComposites() {}
}
