package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nodes of a plan, and which of their values are not kept: who reads such a value behind its cut
 * reads another one, computed by the same kernels right before that is first needed.
 *
 * <p>Nodes that run again are new nodes, made when all passes are done: there is no value numbering
 * behind this point that could take them for the first ones.
 */
final class Recomputation {
  static final String SUFFIX = " again";

  private final List<Selection> base;
  private final Map<Value, Integer> producers = new HashMap<>();
  private final Map<Value, List<Integer>> uses = new HashMap<>();
  private final Map<Value, Integer> cuts = new HashMap<>();

  /** Nothing is cut yet. */
  Recomputation(List<Selection> base) {
    this.base = base;
    for (int i = 0; i < base.size(); i++) {
      Node node = base.get(i).node();
      for (Value output : node.outputs()) {
        producers.put(output, i);
      }
      for (Value input : new HashSet<>(node.inputs())) {
        uses.computeIfAbsent(input, v -> new ArrayList<>()).add(i);
      }
    }
  }

  Selection node(int index) {
    return base.get(index);
  }

  int size() {
    return base.size();
  }

  /** Number of the node that computes a value; -1 for inputs, state and constants. */
  int producer(Value value) {
    return producers.getOrDefault(value, -1);
  }

  /** Numbers of the nodes that read a value. */
  List<Integer> uses(Value value) {
    return uses.getOrDefault(value, List.of());
  }

  /** Number of the last node that reads or computes a value. */
  int lastUse(Value value) {
    List<Integer> all = uses(value);
    return all.isEmpty() ? producer(value) : all.getLast();
  }

  /** Whether the nodes behind this one read a value computed again. */
  boolean isCut(Value value) {
    return cuts.containsKey(value);
  }

  /** The value is kept up to this node only. */
  void cut(Value value, int lastReader) {
    cuts.put(value, lastReader);
  }

  void keep(Value value) {
    cuts.remove(value);
  }

  /** One way through the nodes. */
  static final class Walk {
    final List<Selection> nodes = new ArrayList<>();

    /** For each of them the number of the node for which it runs. */
    final Map<Node, Integer> reasons = new HashMap<>();

    /** What stands for a value in front of its cut, or wherever it has none. */
    final Map<Value, Value> now = new HashMap<>();

    /** The same, backwards. */
    final Map<Value, Value> origins = new HashMap<>();

    /** Values that are computed for the second time. */
    final Set<Value> again = new HashSet<>();

    private final Map<Value, Value> copies = new HashMap<>();
    int count;
    long flops;
  }

  /** The nodes with those that run again. */
  Walk walk() {
    Walk walk = new Walk();
    for (int i = 0; i < base.size(); i++) {
      Selection selection = base.get(i);
      Node node = selection.node();
      List<Value> inputs = inputs(node, i, walk);
      Node now = inputs.equals(node.inputs()) ? node : node.again(inputs, "");
      for (int k = 0; k < node.outputs().size(); k++) {
        walk.now.put(node.outputs().get(k), now.outputs().get(k));
        walk.origins.put(now.outputs().get(k), node.outputs().get(k));
      }
      walk.nodes.add(with(selection, now));
      walk.reasons.put(now, i);
    }
    return walk;
  }

  private List<Value> inputs(Node node, int reader, Walk walk) {
    List<Value> inputs = new ArrayList<>();
    for (Value input : node.inputs()) {
      inputs.add(value(input, reader, walk));
    }
    return inputs;
  }

  /** What a node, or one that runs again for it, reads for a value. */
  private Value value(Value value, int reader, Walk walk) {
    Integer cut = cuts.get(value);
    if (cut == null || reader <= cut) {
      return walk.now.getOrDefault(value, value);
    }
    Value known = walk.copies.get(value);
    if (known != null) {
      return known;
    }
    Selection selection = base.get(producer(value));
    Node node = selection.node();
    Node copy = node.again(inputs(node, reader, walk), SUFFIX);
    walk.nodes.add(with(selection, copy));
    walk.reasons.put(copy, reader);
    walk.count++;
    walk.flops += selection.lowering() instanceof Lowering.View ? 0 : Cost.flops(node);
    for (int i = 0; i < node.outputs().size(); i++) {
      walk.copies.put(node.outputs().get(i), copy.outputs().get(i));
      walk.origins.put(copy.outputs().get(i), node.outputs().get(i));
      walk.again.add(copy.outputs().get(i));
    }
    return copy.outputs().get(value.index());
  }

  private static Selection with(Selection selection, Node node) {
    return node == selection.node()
        ? selection
        : new Selection(node, selection.candidate(), selection.lowering(), selection.refusals());
  }
}
