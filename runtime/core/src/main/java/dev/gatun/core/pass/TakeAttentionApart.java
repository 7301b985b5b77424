package dev.gatun.core.pass;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Attention;
import java.util.Optional;

/**
 * Replaces attention by products and softmax, for kernels that have no attention of their own. The
 * constants stay the same objects, so what is packed for one graph serves the other.
 */
final class TakeAttentionApart implements Pass {
  private static final Rewriter.Rule EXPAND =
      (node, inputs, b) ->
          node.op() == Attention.OP ? ExpandComposites.expand(node, inputs, b) : Optional.empty();

  @Override
  public String name() {
    return "takeAttentionApart";
  }

  @Override
  public Graph apply(Graph graph) {
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) ->
            holdsAttention(node)
                ? Optional.of(Rewriter.inline(Fused.body(node), inputs, EXPAND, b))
                : EXPAND.rewrite(node, inputs, b));
  }

  private static boolean holdsAttention(Node node) {
    return node.op() == Fused.OP
        && Fused.body(node).nodes().stream().anyMatch(inner -> inner.op() == Attention.OP);
  }
}
