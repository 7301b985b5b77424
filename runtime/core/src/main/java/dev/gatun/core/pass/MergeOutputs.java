package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes nodes one that differ only in how many outputs they have, as the norm of a network and that
 * of its gradient, which asks for the statistics, too.
 */
final class MergeOutputs implements Pass {
  private record Key(OpDef op, Attrs attrs, List<Value> inputs) {
    static Key of(Node node) {
      return new Key(node.op(), node.attrs(), node.inputs());
    }
  }

  @Override
  public String name() {
    return "mergeOutputs";
  }

  @Override
  public Graph apply(Graph graph) {
    Map<Key, Node> largest = new HashMap<>();
    boolean any = false;
    for (Node node : graph.nodes()) {
      if (node.op().isPure(node.attrs())) {
        Node other = largest.get(Key.of(node));
        any |= other != null;
        if (other == null || other.outputs().size() < node.outputs().size()) {
          largest.put(Key.of(node), node);
        }
      }
    }
    return any ? merge(graph, largest) : graph;
  }

  private static Graph merge(Graph graph, Map<Key, Node> largest) {
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) -> {
          Node larger = largest.get(Key.of(node));
          if (larger == null || larger == node || !agree(node, larger)) {
            return Optional.empty();
          }
          int count = larger.outputs().size();
          List<Value> all = b.add(node.op(), node.attrs(), inputs, count, node.name());
          return Optional.of(all.subList(0, node.outputs().size()));
        });
  }

  /** Not so for parts of a split, whose sizes may follow from their number. */
  private static boolean agree(Node node, Node larger) {
    for (int i = 0; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).type().isFixed()
          || !node.outputs().get(i).type().equals(larger.outputs().get(i).type())) {
        return false;
      }
    }
    return true;
  }
}
