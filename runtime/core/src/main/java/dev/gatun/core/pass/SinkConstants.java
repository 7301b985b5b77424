package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.If;
import dev.gatun.core.op.Loop;
import dev.gatun.core.op.Scan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves constants that control flow passes to its subgraphs into the subgraphs, where weights can
 * be packed and shapes folded.
 */
final class SinkConstants implements Simplify.Nested {
  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    int captures = firstCapture(node);
    if (captures < 0) {
      return Optional.empty();
    }
    List<String> bodies = node.op() == If.OP ? List.of("then", "else") : List.of("body");
    // In the subgraphs captures come last, too.
    int count = inputs.size() - captures;
    List<Value> kept = new ArrayList<>(inputs.subList(0, captures));
    Map<Integer, Value> constants = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Value input = inputs.get(captures + i);
      if (input.constantDatum().isPresent()) {
        constants.put(i, input);
      } else {
        kept.add(input);
      }
    }
    if (constants.isEmpty()) {
      return Optional.empty();
    }
    Attrs attrs = node.attrs();
    for (String body : bodies) {
      attrs = attrs.with(body, sink(attrs.graph(body), count, constants));
    }
    List<String> names = node.outputs().stream().map(Value::name).toList();
    return Optional.of(b.add(node.op(), attrs, kept, node.outputs().size(), node.name(), names));
  }

  /** Index of the first captured value among the inputs, or -1 if the node has no subgraph. */
  private static int firstCapture(Node node) {
    OpDef op = node.op();
    if (op == If.OP) {
      return 1;
    }
    if (op == Loop.OP) {
      return 2 + node.attrs().intValue("stateCount");
    }
    return op == Scan.OP
        ? node.attrs().intValue("stateCount") + node.attrs().intValue("scanCount")
        : -1;
  }

  private static Graph sink(Graph body, int captures, Map<Integer, Value> constants) {
    GraphBuilder b = new GraphBuilder(body.name());
    List<Value> args = new ArrayList<>();
    int first = body.inputs().size() - captures;
    for (int i = 0; i < body.inputs().size(); i++) {
      Value input = body.inputs().get(i);
      Value constant = constants.get(i - first);
      args.add(
          constant == null
              ? b.input(input.name(), input.type())
              : b.constant(constant.name(), constant.constantDatum().orElseThrow()));
    }
    List<Value> results =
        Rewriter.inline(body, args, (node, inputs, builder) -> Optional.empty(), b);
    for (int i = 0; i < results.size(); i++) {
      b.output(body.outputNames().get(i), results.get(i));
    }
    return Rewriter.withoutDeadNodes(b.build());
  }
}
