package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.RandomLike;
import dev.gatun.core.op.TensorScatter;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which new values of state are computed right where the old ones lie, and puts the nodes
 * in an order in which that is safe: those that write state run last, after everything that may
 * fail, so that a failed run has changed nothing.
 */
final class StateUpdates {
  private final List<Selection> nodes;
  private final Homes homes;
  // For each value that is another one under another shape, that one.
  private final Map<Value, Value> wholes = new HashMap<>();
  // For each value in the memory of a state, however small a part, that state.
  private final Map<Value, Value> states = new HashMap<>();
  private final Map<Value, Selection> producers = new HashMap<>();
  private final Map<Value, Value> inPlace = new LinkedHashMap<>();

  StateUpdates(List<Selection> nodes, Homes homes, Set<Value> reserved) {
    this.homes = homes;
    homes.places().keySet().forEach(state -> states.put(state, state));
    for (Selection selection : nodes) {
      Node node = selection.node();
      for (int i = 0; i < node.outputs().size(); i++) {
        Value output = node.outputs().get(i);
        producers.put(output, selection);
        if (selection.lowering() instanceof Lowering.View view) {
          Value from = node.input(view.input());
          if (states.get(from) instanceof Value state) {
            states.put(output, state);
          }
          if (view.offsets().get(i) == 0 && PlanBuilder.bytes(from) == PlanBuilder.bytes(output)) {
            wholes.put(output, whole(from));
          }
        }
      }
    }
    if (homes.next().isEmpty()) {
      this.nodes = nodes;
      return;
    }
    Map<Value, Value> wanted = wanted(nodes, reserved);
    this.nodes = writersLast(nodes, wanted.keySet());
    wanted.forEach(
        (value, state) -> {
          if (isLastReader(value, state)) {
            inPlace.put(value, state);
          }
        });
  }

  /** The nodes in their new order. */
  List<Selection> nodes() {
    return nodes;
  }

  /** Values that are computed where a state lies, with that state. */
  Map<Value, Value> inPlace() {
    return inPlace;
  }

  /** The value whose memory, all of it, this one is. */
  Value whole(Value value) {
    return wholes.getOrDefault(value, value);
  }

  /**
   * Whether a value that is read after the last step must be copied before the first one: it is, or
   * is part of, a state that has another value by then.
   */
  boolean isLost(Value value) {
    return states.get(value) instanceof Value state
        && homes.next().get(state) instanceof Value next
        && whole(next) != state;
  }

  private Map<Value, Value> wanted(List<Selection> all, Set<Value> reserved) {
    Set<Node> beforeFailure = beforeFailure(all);
    Map<Value, Value> wanted = new LinkedHashMap<>();
    homes
        .next()
        .forEach(
            (state, next) -> {
              Value value = whole(next);
              Selection producer = producers.get(value);
              if (producer != null
                  && producer.lowering() instanceof Lowering.Kernels
                  && !reserved.contains(value)
                  && !beforeFailure.contains(producer.node())) {
                wanted.putIfAbsent(value, state);
              }
            });
    return wanted;
  }

  /** Nodes that may fail on what they read, and all before them. */
  private static Set<Node> beforeFailure(List<Selection> all) {
    Set<Node> found = new HashSet<>();
    Set<Value> needed = new HashSet<>();
    for (Selection selection : all.reversed()) {
      Node node = selection.node();
      if (mayFail(selection) || node.outputs().stream().anyMatch(needed::contains)) {
        found.add(node);
        needed.addAll(node.inputs());
      }
    }
    return found;
  }

  /**
   * Kernels that follow indices fail on wrong ones; those are the kernels that read integers,
   * except for a few that know what to do with any.
   */
  private static boolean mayFail(Selection selection) {
    Node node = selection.node();
    if (!(selection.lowering() instanceof Lowering.Kernels)
        || node.op().pointwise().isPresent()
        || node.op() == Attention.OP
        || node.op() == RandomLike.OP
        || node.op() == TensorScatter.OP && node.attrs().text("mode").equals("clipped")
        || node.op() == dev.gatun.core.fuse.Fused.OP) {
      return false;
    }
    for (Value input : node.inputs()) {
      if (!input.isAbsent()
          && input.constantDatum().isEmpty()
          && input.type() instanceof Type.OfTensor type
          && !type.dtype().isFloat()) {
        return true;
      }
    }
    return false;
  }

  private static List<Selection> writersLast(List<Selection> all, Set<Value> written) {
    List<Selection> early = new ArrayList<>();
    List<Selection> late = new ArrayList<>();
    Set<Value> after = new HashSet<>();
    for (Selection selection : all) {
      Node node = selection.node();
      if (node.outputs().stream().anyMatch(written::contains)
          || node.inputs().stream().anyMatch(after::contains)) {
        late.add(selection);
        after.addAll(node.outputs());
      } else {
        early.add(selection);
      }
    }
    early.addAll(late);
    return early;
  }

  /** True if no step needs the state once the value is written, nor while it is. */
  private boolean isLastReader(Value value, Value state) {
    boolean written = false;
    for (Selection selection : nodes) {
      Node node = selection.node();
      int output = node.outputs().indexOf(value);
      for (int i = 0; i < node.inputs().size(); i++) {
        if (states.get(node.input(i)) == state
            && (written || output >= 0 && !mayTakeOver(selection, i, output))
            && !(selection.lowering() instanceof Lowering.View)) {
          return false;
        }
      }
      written |= output >= 0;
    }
    return true;
  }

  private boolean mayTakeOver(Selection selection, int input, int output) {
    Node node = selection.node();
    return selection.lowering() instanceof Lowering.Kernels kernels
        && (kernels.unread().contains(input)
            || kernels.reusable(output).contains(input)
                && homes.places().containsKey(whole(node.input(input)))
                && PlanBuilder.bytes(node.input(input))
                    == PlanBuilder.bytes(node.outputs().get(output)));
  }
}
