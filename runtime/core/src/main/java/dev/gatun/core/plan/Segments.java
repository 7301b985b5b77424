package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Segment;
import dev.gatun.core.graph.Value;
import java.util.HashSet;
import java.util.Set;

/**
 * Cuts the inner values of marked segments: those that, but for nodes of their own segment, only
 * the backward pass reads.
 */
final class Segments {
  /**
   * Cuts them.
   *
   * @param kept values that stay anyway
   */
  static void cut(Recomputation nodes, Set<Value> kept) {
    Set<Value> whole = new HashSet<>(kept);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Selection selection = nodes.node(i);
      Node node = selection.node();
      // Memory that stays because of a view of it, or because it is part of a join.
      boolean shared =
          selection.lowering() instanceof Lowering.View
              || selection.lowering() instanceof Lowering.Join;
      if (shared && node.outputs().stream().anyMatch(whole::contains)) {
        whole.addAll(node.inputs());
      }
      if (node.segment() <= Segment.NONE || !node.op().isPure(node.attrs())) {
        whole.addAll(node.segment() == Segment.BACKWARD ? Set.of() : node.inputs());
        continue;
      }
      for (Value output : node.outputs()) {
        int last = lastForward(nodes, output, node.segment());
        if (last >= 0 && !whole.contains(output)) {
          nodes.cut(output, last);
        } else {
          whole.add(output);
        }
      }
    }
  }

  /** The last reader of the segment, or the node itself; -1 when others read it, too. */
  private static int lastForward(Recomputation nodes, Value value, int segment) {
    int last = nodes.producer(value);
    for (int reader : nodes.uses(value)) {
      int other = nodes.node(reader).node().segment();
      if (other == segment) {
        last = reader;
      } else if (other != Segment.BACKWARD) {
        return -1;
      }
    }
    return last;
  }

  private Segments() {}
}
