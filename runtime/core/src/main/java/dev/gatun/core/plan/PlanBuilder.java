package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.MemoryPlanner.Buffer;
import dev.gatun.core.plan.Plan.Place;
import dev.gatun.core.plan.Plan.Slot;
import dev.gatun.core.plan.Plan.Step;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns selected kernels into a plan: aliases views, joins without copies, reuses memory in place,
 * lays out the arena.
 */
public final class PlanBuilder {
  private final Weights weights;
  private final List<Selection> nodes;
  private final Map<Value, Spot> spots = new HashMap<>();
  private final Map<Value, Spot> reserved;
  private final Map<Value, Place> constants = new HashMap<>();
  private final List<Buffer> all = new ArrayList<>();
  private final Map<Value, Integer> lastUse = new HashMap<>();
  private final Set<Value> kept;

  private PlanBuilder(
      List<Value> inputs, List<Selection> nodes, List<Value> outputs, Weights weights) {
    this.weights = weights;
    this.nodes = nodes;
    kept = new HashSet<>(outputs);
    for (int i = 0; i < nodes.size(); i++) {
      for (Value input : nodes.get(i).node().inputs()) {
        lastUse.put(input, i);
      }
    }
    reserved = Joins.reserve(inputs, nodes, this::newBuffer);
  }

  /**
   * Builds a plan.
   *
   * @param inputs values computed elsewhere
   * @param nodes in topological order, all planned
   * @param outputs values needed elsewhere
   */
  public static Plan build(
      List<Value> inputs, List<Selection> nodes, List<Value> outputs, Weights weights) {
    return new PlanBuilder(inputs, nodes, outputs, weights).run(inputs, outputs);
  }

  private Plan run(List<Value> inputs, List<Value> outputs) {
    for (Value input : inputs) {
      spots.put(input, ownSpot(input, 0));
    }
    List<Buffer> scratch = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      scratch.add(place(nodes.get(i), i));
    }
    for (Value output : outputs) {
      if (spots.get(output) instanceof Spot spot) {
        spot.buffer().touch(nodes.size());
      } else {
        place(output);
      }
    }
    long arena = MemoryPlanner.place(all);

    PlanCheck check = new PlanCheck(this::place, arena);
    check.inputs(inputs);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Selection selection = nodes.get(i);
      Node node = selection.node();
      switch (selection.lowering()) {
        case Lowering.View view -> check.view(node, view);
        case Lowering.Join join -> {
          check.join(node, join);
          List<Integer> elsewhere = Joins.elsewhere(node, join, this::place);
          if (!elsewhere.isEmpty()) {
            List<Kernel> copies = List.of(join.copy().apply(elsewhere));
            steps.add(new Step(selection, copies, places(node, List.of())));
          }
        }
        case Lowering.Kernels kernels -> {
          List<Place> places = places(node, kernels.unread());
          if (kernels.scratchBytes() > 0) {
            places.add(new Place(false, scratch.get(i).offset));
          }
          check.kernels(node, kernels, places);
          steps.add(new Step(selection, kernels.phases(), places));
        }
        case Lowering.Refused(String reason) -> throw noKernel(node, reason);
      }
    }
    check.outputs(outputs);
    return new Plan(slots(inputs), slots(outputs), steps, arena);
  }

  /** Gives the node's outputs memory; returns its scratch buffer (of no size if it has none). */
  private Buffer place(Selection selection, int step) {
    Node node = selection.node();
    if (!(selection.lowering() instanceof Lowering.View)) {
      for (Value input : node.inputs()) {
        if (spots.get(input) instanceof Spot spot) {
          spot.buffer().touch(step);
        }
      }
    }
    Buffer scratch = new Buffer("scratch", 0, step);
    switch (selection.lowering()) {
      case Lowering.View view -> {
        Value from = node.input(view.input());
        for (int i = 0; i < node.outputs().size(); i++) {
          long offset = view.offsets().get(i);
          if (spots.get(from) instanceof Spot spot) {
            spot.buffer().touch(step);
            spots.put(node.outputs().get(i), spot.plus(offset));
          } else {
            Place whole = place(from);
            constants.put(node.outputs().get(i), new Place(true, whole.at() + offset));
          }
        }
      }
      case Lowering.Join join -> spots.put(node.output(), ownSpot(node.output(), step));
      case Lowering.Kernels kernels -> {
        for (Value output : node.outputs()) {
          spots.put(
              output,
              output == node.output() ? firstSpot(node, kernels, step) : ownSpot(output, step));
        }
        if (kernels.scratchBytes() > 0) {
          scratch = newBuffer("scratch of " + node.name(), kernels.scratchBytes(), step);
        }
      }
      case Lowering.Refused(String reason) -> throw noKernel(node, reason);
    }
    return scratch;
  }

  private static IllegalArgumentException noKernel(Node node, String reason) {
    return new IllegalArgumentException(node + " has no kernel: " + reason);
  }

  /** The place kept for the value in a join, else the memory of an input, else its own. */
  private Spot firstSpot(Node node, Lowering.Kernels kernels, int step) {
    if (!reserved.containsKey(node.output())) {
      for (int input : kernels.reusable()) {
        if (spots.get(node.input(input)) instanceof Spot spot
            && bytes(node.input(input)) >= bytes(node.output())
            && isFree(spot, bytes(node.output()), step, node, input)) {
          return spot;
        }
      }
    }
    return ownSpot(node.output(), step);
  }

  private Spot ownSpot(Value value, int step) {
    if (reserved.get(value) instanceof Spot spot) {
      spot.buffer().touch(step);
      return spot;
    }
    return new Spot(newBuffer(value.name(), bytes(value), step), 0);
  }

  /** True when nothing reads this memory after the step, nor through another input of it. */
  private boolean isFree(Spot spot, long bytes, int step, Node node, int input) {
    for (Map.Entry<Value, Spot> entry : spots.entrySet()) {
      Value value = entry.getKey();
      if (entry.getValue().overlaps(bytes(value), spot, bytes)
          && (kept.contains(value) || lastUse.getOrDefault(value, -1) > step)) {
        return false;
      }
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      if (i != input
          && spots.get(node.input(i)) instanceof Spot other
          && other.overlaps(bytes(node.input(i)), spot, bytes)) {
        return false;
      }
    }
    return true;
  }

  private List<Place> places(Node node, List<Integer> unread) {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Value input = node.input(i);
      places.add(input.isAbsent() || unread.contains(i) ? Place.NOWHERE : place(input));
    }
    for (Value output : node.outputs()) {
      places.add(place(output));
    }
    return places;
  }

  private Place place(Value value) {
    if (spots.get(value) instanceof Spot spot) {
      return new Place(false, spot.buffer().offset + spot.offset());
    }
    Place known = constants.get(value);
    if (known == null) {
      known = new Place(true, weights.address(value.constant().orElseThrow()));
      constants.put(value, known);
    }
    return known;
  }

  private List<Slot> slots(List<Value> values) {
    List<Slot> slots = new ArrayList<>();
    for (Value value : values) {
      slots.add(new Slot(value, place(value)));
    }
    return slots;
  }

  private Buffer newBuffer(String name, long bytes, int step) {
    Buffer buffer = new Buffer(name, bytes, step);
    all.add(buffer);
    return buffer;
  }

  /** Size of the value's elements. */
  static long bytes(Value value) {
    Type.OfTensor type = value.tensorType();
    return type.shape().elements() * type.dtype().bytes();
  }
}
