package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Recomputed;
import dev.gatun.core.plan.Rematerialize;
import dev.gatun.core.plan.Selection;
import dev.gatun.core.plan.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A graph with kernels, in which the nodes that save memory by running twice stand twice.
 *
 * @param count nodes that run again
 * @param flops of those
 * @param savedBytes by how much the arenas are smaller for it
 */
record Recomputing(
    Graph graph, Map<Node, Selection> selections, int count, long flops, long savedBytes) {
  /**
   * Finds out which those are: nodes of marked segments, and as many others as the budget asks for.
   *
   * @param memory of the inputs that are state, if there are any
   */
  static Recomputing of(
      Graph graph,
      Map<Node, Selection> selections,
      Target target,
      SessionOptions options,
      @Nullable StateMemory memory) {
    boolean wanted =
        options.memoryBudget() > 0 || Rematerialize.isMarked(List.copyOf(selections.values()));
    if (!wanted || options.disabledPasses().contains(Rematerialize.NAME)) {
      return new Recomputing(graph, selections, 0, 0, 0);
    }
    List<Partition.Part> parts = Partition.cut(graph, selections);
    ProgramState state = new ProgramState(graph, parts, memory);
    List<Rematerialize.Source> sources = new ArrayList<>();
    long all = 0;
    long most = 0;
    int largest = -1;
    for (int i = 0; i < parts.size(); i++) {
      Partition.Part part = state.withoutState(i);
      boolean plan = part.kind() == Partition.Kind.PLAN;
      Rematerialize.Source source =
          new Rematerialize.Source(
              part.inputs(),
              plan ? part.selections(selections) : List.of(),
              part.outputs(),
              target.weights(),
              state.homes(i));
      sources.add(source);
      if (plan && options.memoryBudget() > 0) {
        long bytes = Rematerialize.arenaBytes(source);
        all += bytes;
        largest = bytes > most ? i : largest;
        most = Math.max(most, bytes);
      }
    }
    Rebuilt rebuilt = new Rebuilt(selections);
    for (int i = 0; i < parts.size(); i++) {
      Optional<Recomputed> recomputed = Optional.empty();
      if (parts.get(i).kind() == Partition.Kind.PLAN) {
        // The largest plan makes up for what all of them take too much.
        OptionalLong budget =
            i == largest
                ? OptionalLong.of(Math.max(0, options.memoryBudget() - (all - most)))
                : OptionalLong.empty();
        recomputed = Rematerialize.apply(sources.get(i), budget);
      }
      rebuilt.add(parts.get(i), recomputed);
    }
    return rebuilt.finish(graph);
  }

  /** The graph part by part, in the order in which parts run. */
  private static final class Rebuilt {
    private final Map<Node, Selection> before;
    private final Map<Node, Selection> selections = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Value, Value> now = new HashMap<>();
    private int count;
    private long flops;
    private long savedBytes;

    Rebuilt(Map<Node, Selection> before) {
      this.before = before;
    }

    void add(Partition.Part part, Optional<Recomputed> recomputed) {
      List<Selection> chosen = new ArrayList<>();
      if (recomputed.isPresent()) {
        chosen.addAll(recomputed.get().nodes());
        count += recomputed.get().count();
        flops += recomputed.get().flops();
        savedBytes += recomputed.get().arenaBefore() - recomputed.get().arenaBytes();
      }
      Map<Value, Value> inside = recomputed.map(Recomputed::now).orElse(Map.of());
      List<Node> order =
          recomputed.isPresent() ? chosen.stream().map(Selection::node).toList() : part.nodes();
      Map<Node, Selection> own = new HashMap<>();
      chosen.forEach(selection -> own.put(selection.node(), selection));
      for (Node node : order) {
        add(node, own.getOrDefault(node, before.get(node)));
      }
      inside.forEach((old, value) -> now.put(old, now.getOrDefault(value, value)));
    }

    private void add(Node old, @Nullable Selection selection) {
      List<Value> inputs =
          old.inputs().stream().map(value -> now.getOrDefault(value, value)).toList();
      Node node = inputs.equals(old.inputs()) ? old : old.again(inputs, "");
      for (int i = 0; i < node.outputs().size() && node != old; i++) {
        now.put(old.outputs().get(i), node.outputs().get(i));
      }
      nodes.add(node);
      if (selection != null) {
        selections.put(
            node,
            new Selection(node, selection.candidate(), selection.lowering(), selection.refusals()));
      }
    }

    Recomputing finish(Graph graph) {
      Graph whole =
          new Graph(
              graph.name(),
              graph.inputs(),
              nodes,
              graph.outputs().stream().map(value -> now.getOrDefault(value, value)).toList(),
              graph.outputNames());
      return new Recomputing(whole, selections, count, flops, savedBytes);
    }
  }
}
