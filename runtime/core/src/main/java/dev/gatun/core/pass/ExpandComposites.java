package dev.gatun.core.pass;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Replaces composite operators that have no kernel of their own by what they consist of. */
final class ExpandComposites implements Pass {
  private final Predicate<Node> hasKernel;

  ExpandComposites(Predicate<Node> hasKernel) {
    this.hasKernel = hasKernel;
  }

  @Override
  public String name() {
    return "expandComposites";
  }

  @Override
  public Graph apply(Graph graph) {
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) ->
            hasKernel.test(node) || !isFixed(node) ? Optional.empty() : expand(node, inputs, b));
  }

  /** What the operator consists of; empty if it is primitive. */
  static Optional<List<Value>> expand(Node node, List<Value> inputs, GraphBuilder b) {
    return node.op()
        .decomposition()
        .map(
            parts ->
                parts.build(
                    b, new Operands(node.op(), node.attrs(), inputs, node.outputs().size())));
  }

  private static boolean isFixed(Node node) {
    return node.inputs().stream().allMatch(v -> v.isAbsent() || v.type().isFixed());
  }
}
