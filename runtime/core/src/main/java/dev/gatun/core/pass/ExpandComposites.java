package dev.gatun.core.pass;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
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
        (node, inputs, b) -> {
          Optional<OpDef.Decomposition> parts = node.op().decomposition();
          return parts.isEmpty() || hasKernel.test(node) || !isFixed(node)
              ? Optional.empty()
              : Optional.of(
                  parts
                      .get()
                      .build(
                          b, new Operands(node.op(), node.attrs(), inputs, node.outputs().size())));
        });
  }

  private static boolean isFixed(Node node) {
    return node.inputs().stream().allMatch(v -> v.isAbsent() || v.type().isFixed());
  }
}
