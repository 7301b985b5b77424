package dev.gatun.core.pass;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Optional;

/** Several rules in one sweep: the first that fits a node decides. */
final class Simplify implements Rewriter.Rule {
  /** A rule that can be switched off by name. */
  record Named(String name, Nested rule) {}

  /** A rule that may add whole graphs, to whose nodes all rules apply again. */
  interface Nested {
    Optional<List<Value>> rewrite(Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all);
  }

  private final List<Named> rules;

  Simplify(List<Named> rules) {
    this.rules = rules;
  }

  @Override
  public Optional<List<Value>> rewrite(Node node, List<Value> inputs, GraphBuilder b) {
    for (Named rule : rules) {
      Optional<List<Value>> result = rule.rule().rewrite(node, inputs, b, this);
      if (result.isPresent()) {
        return result;
      }
    }
    return Optional.empty();
  }
}
