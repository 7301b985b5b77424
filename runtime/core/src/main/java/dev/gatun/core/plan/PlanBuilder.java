package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.MemoryPlanner.Buffer;
import dev.gatun.core.plan.Plan.Copy;
import dev.gatun.core.plan.Plan.Place;
import dev.gatun.core.plan.Plan.Slot;
import dev.gatun.core.plan.Plan.Step;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns selected kernels into a plan: aliases views, joins without copies, reuses memory in place,
 * lays out the arena.
 */
public final class PlanBuilder {
  private final Weights weights;
  private final List<Selection> nodes;
  private final Map<Value, Spot> spots = new HashMap<>();
  private final Map<Buffer, List<Value>> contents = new HashMap<>();
  private final Map<Value, Spot> reserved;
  private final Map<Value, Spot> targets = new HashMap<>();
  private final Map<Value, Place> constants = new HashMap<>();
  private final List<Buffer> all = new ArrayList<>();
  private final Map<Value, Integer> lastUse = new HashMap<>();
  private final Set<Value> kept;
  private final Homes homes;
  private final StateUpdates updates;

  private PlanBuilder(
      List<Value> inputs,
      List<Selection> given,
      List<Value> outputs,
      Weights weights,
      Homes homes) {
    this.weights = weights;
    this.homes = homes;
    kept = new HashSet<>(outputs);
    kept.addAll(homes.next().values());
    reserved = Joins.reserve(inputs, given, this::newBuffer);
    updates = new StateUpdates(given, homes, reserved.keySet());
    nodes = updates.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      for (Value input : nodes.get(i).node().inputs()) {
        lastUse.put(input, i);
      }
    }
  }

  /** Builds a plan without state. */
  public static Plan build(
      List<Value> inputs, List<Selection> nodes, List<Value> outputs, Weights weights) {
    return build(inputs, nodes, outputs, weights, Homes.NONE);
  }

  /**
   * Builds a plan.
   *
   * @param inputs values computed elsewhere, without those that have a home
   * @param nodes in topological order, all planned
   * @param outputs values needed elsewhere
   * @param homes where state is read, and what is written there
   */
  public static Plan build(
      List<Value> inputs,
      List<Selection> nodes,
      List<Value> outputs,
      Weights weights,
      Homes homes) {
    return new PlanBuilder(inputs, nodes, outputs, weights, homes).run(inputs, outputs);
  }

  /** Which buffers a plan of these nodes needs, and when; see {@link #build} for what is given. */
  static Lifetimes lifetimes(
      List<Value> inputs,
      List<Selection> nodes,
      List<Value> outputs,
      Weights weights,
      Homes homes) {
    PlanBuilder builder = new PlanBuilder(inputs, nodes, outputs, weights, homes);
    builder.layOut(inputs, outputs);
    Map<Value, Buffer> buffers = new HashMap<>();
    builder.spots.forEach((value, spot) -> buffers.put(value, spot.buffer()));
    return new Lifetimes(builder.nodes, buffers, builder.all);
  }

  /** What is there before anything is placed. */
  private record Outline(List<Buffer> scratch, Map<Value, Spot> snapshots) {}

  private Outline layOut(List<Value> inputs, List<Value> outputs) {
    for (Value input : inputs) {
      put(input, ownSpot(input, 0));
    }
    homes
        .places()
        .forEach(
            (state, address) ->
                put(state, new Spot(Buffer.outside(state.name(), bytes(state), address), 0)));
    updates.inPlace().forEach((value, state) -> targets.put(value, spot(state)));
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
    Map<Value, Spot> snapshots = snapshots(outputs);
    for (Value next : homes.next().values()) {
      if (spots.get(next) instanceof Spot spot) {
        spot.buffer().touch(nodes.size());
      }
    }
    return new Outline(scratch, snapshots);
  }

  private Plan run(List<Value> inputs, List<Value> outputs) {
    Outline outline = layOut(inputs, outputs);
    List<Buffer> scratch = outline.scratch();
    Map<Value, Spot> snapshots = outline.snapshots();
    long arena = MemoryPlanner.place(all);

    PlanCheck check = new PlanCheck(this::place, arena);
    check.inputs(inputs);
    check.state(homes.places().keySet());
    List<Copy> before = new ArrayList<>();
    snapshots.forEach(
        (value, snapshot) -> {
          Copy copy = new Copy(place(value), place(snapshot), bytes(value));
          before.add(copy);
          check.copy(copy, value);
        });
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
    Function<Value, Place> end =
        value -> snapshots.get(value) instanceof Spot snapshot ? place(snapshot) : place(value);
    List<Copy> after = new ArrayList<>();
    homes
        .next()
        .forEach(
            (state, next) -> {
              Copy copy = new Copy(end.apply(next), place(state), bytes(state));
              if (!copy.from().equals(copy.to())) {
                check.copy(copy, next);
                after.add(copy);
              }
            });
    homes.places().keySet().forEach(s -> check.left(homes.next().getOrDefault(s, s), place(s)));
    outputs.forEach(output -> check.left(output, end.apply(output)));
    return new Plan(slots(inputs, this::place), slots(outputs, end), steps, before, after, arena);
  }

  /** Memory for copies of old state that is read after new state has been written. */
  private Map<Value, Spot> snapshots(List<Value> outputs) {
    Map<Value, Spot> snapshots = new LinkedHashMap<>();
    List<Value> read = new ArrayList<>(outputs);
    homes.next().forEach((state, next) -> read.add(updates.whole(next) == state ? state : next));
    for (Value value : read) {
      if (updates.isLost(value)) {
        Buffer buffer = newBuffer("snapshot of " + value.name(), bytes(value), 0);
        buffer.touch(nodes.size());
        snapshots.put(value, new Spot(buffer, 0));
      }
    }
    return snapshots;
  }

  private void put(Value value, Spot spot) {
    spots.put(value, spot);
    contents.computeIfAbsent(spot.buffer(), b -> new ArrayList<>()).add(value);
  }

  private Spot spot(Value value) {
    return Objects.requireNonNull(spots.get(value), () -> value + " has no place");
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
            put(node.outputs().get(i), spot.plus(offset));
          } else {
            Place whole = place(from);
            constants.put(node.outputs().get(i), new Place(true, whole.at() + offset));
          }
        }
      }
      case Lowering.Join join -> put(node.output(), ownSpot(node.output(), step));
      case Lowering.Kernels kernels -> {
        for (Value output : node.outputs()) {
          put(
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
    if (!reserved.containsKey(node.output()) && !targets.containsKey(node.output())) {
      for (int input : kernels.reusable(0)) {
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
    if (targets.get(value) instanceof Spot home) {
      return home;
    }
    if (reserved.get(value) instanceof Spot spot) {
      spot.buffer().touch(step);
      return spot;
    }
    return new Spot(newBuffer(value.name(), bytes(value), step), 0);
  }

  /** True when nothing reads this memory after the step, nor through another input of it. */
  private boolean isFree(Spot spot, long bytes, int step, Node node, int input) {
    if (spot.buffer().isOutside()) {
      return false;
    }
    for (Value value : contents.getOrDefault(spot.buffer(), List.of())) {
      if (spot(value).overlaps(bytes(value), spot, bytes)
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
      return place(spot);
    }
    Place known = constants.get(value);
    if (known == null) {
      known = new Place(true, weights.address(value.constant().orElseThrow()));
      constants.put(value, known);
    }
    return known;
  }

  private static Place place(Spot spot) {
    Buffer buffer = spot.buffer();
    return buffer.isOutside()
        ? new Place(true, buffer.home + spot.offset())
        : new Place(false, buffer.offset + spot.offset());
  }

  private static List<Slot> slots(List<Value> values, Function<Value, Place> places) {
    List<Slot> slots = new ArrayList<>();
    for (Value value : values) {
      slots.add(new Slot(value, places.apply(value)));
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
