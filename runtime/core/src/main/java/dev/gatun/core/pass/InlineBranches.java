package dev.gatun.core.pass;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.If;
import java.util.List;
import java.util.Optional;

/** Replaces an if whose condition is a constant by the branch that is taken. */
final class InlineBranches implements Simplify.Nested {
  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (node.op() != If.OP) {
      return Optional.empty();
    }
    return inputs
        .get(0)
        .constant()
        .map(
            condition ->
                Rewriter.inline(
                    node.attrs().graph(condition.getBoolean(0) ? "then" : "else"),
                    inputs.subList(1, inputs.size()),
                    all,
                    b));
  }
}
