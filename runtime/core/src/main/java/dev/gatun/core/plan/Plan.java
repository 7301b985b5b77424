package dev.gatun.core.plan;

import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * A flat list of kernels over one arena; immutable. Running it allocates nothing.
 *
 * @param inputs values that are copied in, and where
 * @param outputs values that are copied out, and from where
 * @param steps in order
 * @param before copies that come before all steps
 * @param after copies that come after them: new values of state that were not computed in place
 * @param arenaBytes size of the arena
 */
public record Plan(
    List<Slot> inputs,
    List<Slot> outputs,
    List<Step> steps,
    List<Copy> before,
    List<Copy> after,
    long arenaBytes) {
  /**
   * Where a value lies.
   *
   * @param fixed an address (of a constant) if true, else an offset into the arena
   */
  public record Place(boolean fixed, long at) {
    static final Place NOWHERE = new Place(true, 0);

    long address(long base) {
      return fixed ? at : base + at;
    }
  }

  /** A copy of so many bytes. */
  public record Copy(Place from, Place to, long bytes) {}

  /** An input or output of the plan. */
  public record Slot(Value value, Place place) {
    Type.OfTensor type() {
      return value.tensorType();
    }
  }

  /**
   * A node's kernels and the places of its inputs, outputs and scratch memory.
   *
   * @param selection the node and why it got these kernels
   */
  public record Step(Selection selection, List<Kernel> phases, List<Place> places) {}

  public Plan {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    steps = List.copyOf(steps);
    before = List.copyOf(before);
    after = List.copyOf(after);
  }
}
