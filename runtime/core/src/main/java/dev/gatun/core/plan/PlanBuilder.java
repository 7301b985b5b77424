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
 * Turns selected kernels into a plan: aliases views, reuses memory in place, lays out the arena.
 */
public final class PlanBuilder {
  private final Weights weights;
  private final Map<Value, Buffer> buffers = new HashMap<>();
  private final Map<Value, Place> constants = new HashMap<>();
  private final List<Buffer> all = new ArrayList<>();
  private final Map<Value, Integer> lastUse = new HashMap<>();
  private final Set<Value> kept = new HashSet<>();

  private PlanBuilder(Weights weights) {
    this.weights = weights;
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
    return new PlanBuilder(weights).run(inputs, nodes, outputs);
  }

  private Plan run(List<Value> inputs, List<Selection> nodes, List<Value> outputs) {
    kept.addAll(outputs);
    for (int i = 0; i < nodes.size(); i++) {
      for (Value input : nodes.get(i).node().inputs()) {
        lastUse.put(input, i);
      }
    }
    for (Value input : inputs) {
      buffers.put(input, newBuffer(input.name(), bytes(input), 0));
    }
    List<Buffer> scratch = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      scratch.add(place(nodes.get(i), i));
    }
    for (Value output : outputs) {
      if (buffers.get(output) instanceof Buffer buffer) {
        buffer.to = nodes.size();
      } else {
        place(output);
      }
    }
    long arena = MemoryPlanner.place(all);
    MemoryPlanner.verify(all);

    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).lowering() instanceof Lowering.Kernels kernels) {
        steps.add(
            new Step(
                nodes.get(i),
                kernels.phases(),
                places(nodes.get(i).node(), kernels, scratch.get(i))));
      }
    }
    return new Plan(slots(inputs), slots(outputs), steps, arena);
  }

  /** Gives the node's outputs buffers; returns its scratch buffer (of no size if it has none). */
  private Buffer place(Selection selection, int step) {
    Node node = selection.node();
    Buffer scratch = new Buffer("scratch", 0, step);
    switch (selection.lowering()) {
      case Lowering.View(int input) -> {
        Value from = node.input(input);
        if (buffers.get(from) instanceof Buffer shared) {
          touch(shared, step);
          buffers.put(node.output(), shared);
        } else {
          constants.put(node.output(), place(from));
        }
      }
      case Lowering.Kernels kernels -> {
        for (int i = 0; i < node.inputs().size(); i++) {
          if (buffers.get(node.input(i)) instanceof Buffer buffer) {
            touch(buffer, step);
          }
        }
        for (Value output : node.outputs()) {
          buffers.put(
              output,
              output == node.output()
                  ? outputBuffer(node, kernels, step)
                  : newBuffer(output.name(), bytes(output), step));
        }
        if (kernels.scratchBytes() > 0) {
          scratch = newBuffer("scratch of " + node.name(), kernels.scratchBytes(), step);
        }
      }
      case Lowering.Refused(String reason) ->
          throw new IllegalArgumentException(node + " has no kernel: " + reason);
    }
    return scratch;
  }

  private Buffer outputBuffer(Node node, Lowering.Kernels kernels, int step) {
    for (int input : kernels.reusable()) {
      Value from = node.input(input);
      if (buffers.get(from) instanceof Buffer buffer
          && buffer.bytes >= bytes(node.output())
          && diesAt(buffer, step, node, input)) {
        return buffer;
      }
    }
    return newBuffer(node.output().name(), bytes(node.output()), step);
  }

  /** True when nothing reads the buffer after this step, nor through another input of it. */
  private boolean diesAt(Buffer buffer, int step, Node node, int input) {
    for (Map.Entry<Value, Buffer> entry : buffers.entrySet()) {
      if (entry.getValue() == buffer
          && (kept.contains(entry.getKey()) || lastUse.getOrDefault(entry.getKey(), -1) > step)) {
        return false;
      }
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      if (i != input && buffers.get(node.input(i)) == buffer) {
        return false;
      }
    }
    return true;
  }

  private List<Place> places(Node node, Lowering.Kernels kernels, Buffer scratch) {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Value input = node.input(i);
      places.add(input.isAbsent() || kernels.unread().contains(i) ? Place.NOWHERE : place(input));
    }
    for (Value output : node.outputs()) {
      places.add(place(output));
    }
    if (kernels.scratchBytes() > 0) {
      places.add(new Place(false, scratch.offset));
    }
    return places;
  }

  private Place place(Value value) {
    if (buffers.get(value) instanceof Buffer buffer) {
      return new Place(false, buffer.offset);
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

  private static void touch(Buffer buffer, int step) {
    buffer.to = Math.max(buffer.to, step);
  }

  private static long bytes(Value value) {
    Type.OfTensor type = value.tensorType();
    return type.shape().elements() * type.dtype().bytes();
  }
}
