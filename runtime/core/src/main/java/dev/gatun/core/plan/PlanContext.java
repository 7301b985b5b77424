package dev.gatun.core.plan;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.ffi.UnclearedMemory;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.Team;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which one run of a plan takes place; used by one thread at a time, again and again.
 */
public final class PlanContext implements AutoCloseable, Team.Body {
  private final Plan plan;
  private final UnclearedMemory arena = UnclearedMemory.exact();
  private final MemorySegment slab;
  private final Kernel[][] phases;
  private final long[][] buffers;
  private final MemorySegment[] inputs;
  private final MemorySegment[] outputs;
  private final Transfer[] before;
  private final Transfer[] after;
  private final Copy copy = new Copy();
  private final int[] groupEnds;
  private final JointPhase[][] joint;
  private Kernel kernel;
  private long[] current;
  private @Nullable JointPhase together;

  /** Allocates the arena; its memory is not touched before the first run. */
  public PlanContext(Plan plan) {
    this.plan = plan;
    try {
      long address = arena.allocate(plan.arenaBytes(), Memory.ALIGNMENT);
      slab = Memory.ALL.asSlice(address, plan.arenaBytes());
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
    groupEnds = SideBySideSteps.ends(plan.steps());
    joint = new JointPhase[groupEnds.length][];
    for (int g = 0; g < joint.length; g++) {
      joint[g] = joint(g == 0 ? 0 : groupEnds[g - 1], groupEnds[g]);
    }
    inputs = plan.inputs().stream().map(this::segment).toArray(MemorySegment[]::new);
    outputs = plan.outputs().stream().map(this::segment).toArray(MemorySegment[]::new);
    before = plan.before().stream().map(this::transfer).toArray(Transfer[]::new);
    after = plan.after().stream().map(this::transfer).toArray(Transfer[]::new);
    kernel = NOTHING;
    current = new long[0];
  }

  /** The phases of some steps that run side by side. */
  private JointPhase[] joint(int first, int end) {
    if (end - first < 2) {
      return new JointPhase[0];
    }
    List<JointPhase> found = new ArrayList<>();
    int most = 0;
    for (int i = first; i < end; i++) {
      most = Math.max(most, phases[i].length);
    }
    for (int p = 0; p < most; p++) {
      List<Kernel> kernels = new ArrayList<>();
      List<long[]> places = new ArrayList<>();
      for (int i = first; i < end; i++) {
        if (p < phases[i].length && phases[i][p].tasks() > 0) {
          kernels.add(phases[i][p]);
          places.add(buffers[i]);
        }
      }
      found.add(new JointPhase(kernels, places));
    }
    return found.toArray(JointPhase[]::new);
  }

  /** A copy of the plan at its addresses. */
  private record Transfer(MemorySegment from, MemorySegment to) {}

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
  public void set(int input, Tensor value, Team team) {
    Plan.Slot slot = plan.inputs().get(input);
    MemorySegment to = inputs[input];
    if (value.data().byteSize() != to.byteSize() || value.dtype() != slot.type().dtype()) {
      throw new GatunException(
          "input '" + slot.value().name() + "' needs " + slot.type() + ", got " + value.type());
    }
    copy.run(value.data(), to, team);
  }

  /** Copies an output out of the arena. */
  public Tensor get(int output, OutputMemory.Lease memory, Team team) {
    Plan.Slot slot = plan.outputs().get(output);
    DType dtype = slot.type().dtype();
    Shape shape = slot.type().shape();
    MemorySegment to = memory.take(dtype, Math.toIntExact(shape.elements()));
    copy.run(outputs[output], to, team);
    return Tensor.wrap(dtype, shape, to);
  }

  /** An output of one element; allocates nothing for the usual types. */
  public double number(int output) {
    MemorySegment memory = outputs[output];
    if (memory.byteSize() != plan.outputs().get(output).type().dtype().bytes()) {
      throw new GatunException(
          "result " + plan.outputs().get(output).value() + " has more than one element, or none");
    }
    return switch (plan.outputs().get(output).type().dtype()) {
      case F32 -> memory.get(Memory.F32, 0);
      case F64 -> memory.get(Memory.F64, 0);
      case I32 -> memory.get(Memory.I32, 0);
      case I64 -> memory.get(Memory.I64, 0);
      default ->
          Tensor.wrap(
                  plan.outputs().get(output).type().dtype(),
                  plan.outputs().get(output).type().shape(),
                  memory)
              .getDouble(0);
    };
  }

  /** A copy from one place to another, by all threads if it is a large one. */
  private static final class Copy implements Team.Body {
    /** As much as a core copies in about 20 microseconds, many times what a team needs to start. */
    private static final long TASK_BYTES = 256 << 10;

    private MemorySegment from = MemorySegment.NULL;
    private MemorySegment to = MemorySegment.NULL;

    void run(MemorySegment source, MemorySegment target, Team team) {
      long tasks = (source.byteSize() + TASK_BYTES - 1) / TASK_BYTES;
      if (tasks <= 2) {
        target.copyFrom(source);
        return;
      }
      from = source;
      to = target;
      team.run(Math.toIntExact(tasks), this);
      // The context outlives the tensors of its users.
      from = MemorySegment.NULL;
      to = MemorySegment.NULL;
    }

    @Override
    public void run(int task) {
      long begin = task * TASK_BYTES;
      long bytes = Math.min(TASK_BYTES, from.byteSize() - begin);
      MemorySegment.copy(from, begin, to, begin, bytes);
    }
  }

  private MemorySegment segment(Plan.Slot slot) {
    Shape shape = slot.type().shape();
    long bytes = shape.elements() * slot.type().dtype().bytes();
    return segment(slot.place(), bytes);
  }

  private MemorySegment segment(Plan.Place place, long bytes) {
    return place.fixed() ? Memory.ALL.asSlice(place.at(), bytes) : slab.asSlice(place.at(), bytes);
  }

  private Transfer transfer(Plan.Copy planned) {
    return new Transfer(
        segment(planned.from(), planned.bytes()), segment(planned.to(), planned.bytes()));
  }

  /** Runs all steps on what {@link #set} brought in; allocates nothing. */
  public void run(Team team) {
    begin(team);
    int step = 0;
    for (int g = 0; g < groupEnds.length; g++) {
      if (joint[g].length == 0) {
        runStep(step, team);
      } else {
        runTogether(joint[g], team);
      }
      step = groupEnds[g];
    }
    end(team);
  }

  private void runTogether(JointPhase[] all, Team team) {
    for (JointPhase phase : all) {
      if (phase.isShort()) {
        for (int task = 0; task < phase.tasks(); task++) {
          phase.run(task);
        }
      } else {
        together = phase;
        team.run(phase.tasks(), this);
        together = null;
      }
    }
  }

  /** What comes before the first step. */
  public void begin(Team team) {
    for (Transfer transfer : before) {
      copy.run(transfer.from, transfer.to, team);
    }
  }

  /** What comes after the last step. */
  public void end(Team team) {
    for (Transfer transfer : after) {
      copy.run(transfer.from, transfer.to, team);
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
    JointPhase phase = together;
    if (phase != null) {
      phase.run(task);
    } else {
      kernel.run(current, task);
    }
  }

  public Plan plan() {
    return plan;
  }

  @Override
  public void close() {
    arena.close();
  }
}
