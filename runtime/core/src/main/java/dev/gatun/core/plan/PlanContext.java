package dev.gatun.core.plan;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The memory in which one run of a plan takes place; used by one thread at a time, again and again.
 */
public final class PlanContext implements AutoCloseable, Team.Body {
  private final Plan plan;
  private final Arena arena;
  private final MemorySegment slab;
  private final Kernel[][] phases;
  private final long[][] buffers;
  private Kernel kernel;
  private long[] current;

  /** Allocates the arena; its memory is not touched before the first run. */
  public PlanContext(Plan plan) {
    this.plan = plan;
    arena = Arena.ofShared();
    try {
      slab = arena.allocate(plan.arenaBytes(), Memory.ALIGNMENT);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new GatunException(
          "not enough native memory for the "
              + plan.arenaBytes()
              + " bytes a run of this plan needs",
          e);
    }
    int count = plan.steps().size();
    phases = new Kernel[count][];
    buffers = new long[count][];
    for (int i = 0; i < count; i++) {
      Plan.Step step = plan.steps().get(i);
      phases[i] = step.phases().toArray(Kernel[]::new);
      List<Plan.Place> places = step.places();
      buffers[i] = new long[places.size()];
      for (int k = 0; k < buffers[i].length; k++) {
        buffers[i][k] = places.get(k).address(slab.address());
      }
    }
    kernel = NOTHING;
    current = new long[0];
  }

  private static final Kernel NOTHING =
      new Kernel() {
        @Override
        public int tasks() {
          return 0;
        }

        @Override
        public void run(long[] ignored, int task) {}
      };

  /** Copies an input into the arena. */
  public void set(int input, Tensor value) {
    Plan.Slot slot = plan.inputs().get(input);
    MemorySegment to = segment(slot);
    if (value.data().byteSize() != to.byteSize() || value.dtype() != slot.type().dtype()) {
      throw new GatunException(
          "input '" + slot.value().name() + "' needs " + slot.type() + ", got " + value.type());
    }
    to.copyFrom(value.data());
  }

  /** Copies an output out of the arena. */
  public Tensor get(int output) {
    Plan.Slot slot = plan.outputs().get(output);
    return Tensor.wrap(slot.type().dtype(), slot.type().shape(), copy(slot));
  }

  private MemorySegment copy(Plan.Slot slot) {
    MemorySegment from = segment(slot);
    DType dtype = slot.type().dtype();
    int count = Math.toIntExact(slot.type().shape().elements());
    // Arrays of the element type itself: any user can then view them with that type's alignment.
    MemorySegment to =
        switch (dtype.bytes()) {
          case 8 ->
              dtype == DType.F64
                  ? MemorySegment.ofArray(new double[count])
                  : MemorySegment.ofArray(new long[count]);
          case 4 ->
              dtype == DType.F32
                  ? MemorySegment.ofArray(new float[count])
                  : MemorySegment.ofArray(new int[count]);
          case 2 -> MemorySegment.ofArray(new short[count]);
          default -> MemorySegment.ofArray(new byte[count]);
        };
    return to.copyFrom(from);
  }

  private MemorySegment segment(Plan.Slot slot) {
    Shape shape = slot.type().shape();
    long bytes = shape.elements() * slot.type().dtype().bytes();
    return slot.place().fixed()
        ? MemorySegment.ofAddress(slot.place().at()).reinterpret(bytes)
        : slab.asSlice(slot.place().at(), bytes);
  }

  /** Runs all steps on what {@link #set} brought in; allocates nothing. */
  public void run(Team team) {
    for (int i = 0; i < phases.length; i++) {
      runStep(i, team);
    }
  }

  /** Runs one step; steps must run in order. */
  public void runStep(int step, Team team) {
    try {
      runPhases(step, team);
    } catch (IndexOutOfBoundsException e) {
      throw new GatunException(
          "node " + plan.steps().get(step).selection().node() + ": " + e.getMessage(), e);
    }
  }

  private void runPhases(int step, Team team) {
    current = buffers[step];
    for (Kernel phase : phases[step]) {
      int tasks = phase.tasks();
      if (tasks == 1) {
        phase.run(current, 0);
      } else if (tasks > 1) {
        kernel = phase;
        team.run(tasks, this);
      }
    }
  }

  /** One slice of the current kernel; called by the team. */
  @Override
  public void run(int task) {
    kernel.run(current, task);
  }

  public Plan plan() {
    return plan;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
