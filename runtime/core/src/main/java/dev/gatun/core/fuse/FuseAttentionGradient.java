package dev.gatun.core.fuse;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.AttentionGradient;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What {@link FuseAttention} does for attention, for its gradient: it reads its operands where they
 * lie and writes each of its three results where the next product wants it.
 */
public final class FuseAttentionGradient implements Pass {
  private final Predicate<Node> hasKernel;

  /** Fuses gradients that a kernel takes whole. */
  public FuseAttentionGradient(Predicate<Node> hasKernel) {
    this.hasKernel = hasKernel;
  }

  @Override
  public String name() {
    return "fuseAttentionGradient";
  }

  @Override
  public Graph apply(Graph graph) {
    if (graph.nodes().stream().noneMatch(node -> node.op() == AttentionGradient.OP)) {
      return graph;
    }
    Map<Value, Integer> uses = graph.uses();
    Map<Value, Node> readers = FuseAttention.readers(graph);
    Map<Node, Value> ends = new HashMap<>();
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) -> {
          Value written = ends.get(node);
          if (written != null) {
            return Optional.of(List.of(written));
          }
          return node.op() == AttentionGradient.OP && hasKernel.test(node)
              ? Optional.of(fuse(node, inputs, uses, readers, ends, b))
              : Optional.empty();
        });
  }

  /** The node's results; those that are moved on are noted where their way ends. */
  private static List<Value> fuse(
      Node node,
      List<Value> inputs,
      Map<Value, Integer> uses,
      Map<Value, Node> readers,
      Map<Node, Value> ends,
      GraphBuilder b) {
    FusedBody body = new FusedBody();
    List<Value> copies = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (!inputs.get(i).isAbsent()) {
        body.source(i == 3 || i == 4 ? inputs.get(i) : StridedView.of(inputs.get(i)).source());
      }
    }
    inputs.forEach(input -> copies.add(body.copy(input)));
    List<Value> results = new ArrayList<>(Rewriter.copy(node, copies, body.builder()));
    List<String> names = new ArrayList<>();
    List<List<Node>> ways = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      List<Node> way = FuseAttention.after(node.outputs().get(i), uses, readers);
      ways.add(way);
      for (Node step : way) {
        List<Value> args = new ArrayList<>(List.of(results.get(i)));
        step.inputs().subList(1, step.inputs().size()).forEach(more -> args.add(body.copy(more)));
        results.set(i, Rewriter.copy(step, args, body.builder()).get(0));
      }
      names.add((way.isEmpty() ? node.outputs().get(i) : way.getLast().output()).name());
    }
    List<Value> fused = body.add(b, results, node.name(), names);
    // What leads to the ends of ways reads these, and is used no more.
    List<Value> now = new ArrayList<>(Rewriter.copy(node, inputs, b));
    for (int i = 0; i < now.size(); i++) {
      if (ways.get(i).isEmpty()) {
        now.set(i, fused.get(i));
      } else {
        ends.put(ways.get(i).getLast(), fused.get(i));
      }
    }
    return now;
  }
}
