package dev.gatun.core.exec;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.plan.Plan;
import dev.gatun.core.plan.PlanBuilder;
import dev.gatun.core.plan.PlanContext;
import dev.gatun.core.plan.Resources;
import dev.gatun.core.plan.Selection;
import dev.gatun.core.plan.Target;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.Team;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A graph compiled for given input types: plans, and between them nodes that have no kernel. */
final class Program implements AutoCloseable {
  /** A part of the program; inputs and outputs are indices into the values of a run. */
  record Unit(
      Partition.Part part, @Nullable ContextPool plan, Graph graph, int[] inputs, int[] outputs) {}

  private final Recomputing ready;
  private final Graph graph;
  private final List<Unit> units = new ArrayList<>();
  private final Map<Value, Integer> index = new HashMap<>();
  private final @Nullable Datum[] initial;
  private final int[] outputs;
  private final ProgramState state;
  private final Map<Node, Selection> selections;
  private final Resources resources;
  // Runs under way, and one for the owner: a program may be dropped while it runs.
  private final AtomicInteger users = new AtomicInteger(1);

  /**
   * Builds plans.
   *
   * @param memory of the inputs that are state, if there are any
   */
  Program(Recomputing ready, Target target, int concurrency, @Nullable StateMemory memory) {
    this.ready = ready;
    this.graph = ready.graph();
    this.selections = ready.selections();
    this.resources = target.resources();
    for (Value input : graph.inputs()) {
      index.put(input, index.size());
    }
    List<Partition.Part> parts = Partition.cut(graph, selections);
    state = new ProgramState(graph, parts, memory);
    for (int number = 0; number < parts.size(); number++) {
      Partition.Part part = state.withoutState(number);
      ContextPool pool = null;
      if (part.kind() == Partition.Kind.PLAN) {
        Plan plan =
            PlanBuilder.build(
                part.inputs(),
                part.selections(selections),
                part.outputs(),
                target.weights(),
                state.homes(number));
        pool = new ContextPool(plan, concurrency);
      }
      int[] from = at(part.inputs());
      units.add(
          new Unit(part, pool, parts.get(number).toGraph(graph.name()), from, at(part.outputs())));
    }
    outputs = at(state.results());
    state.places(this::at);
    initial = new Datum[index.size()];
    index.forEach((value, i) -> value.constantDatum().ifPresent(c -> initial[i] = c));
  }

  private int[] at(List<Value> values) {
    int[] at = new int[values.size()];
    for (int i = 0; i < at.length; i++) {
      at[i] = index.computeIfAbsent(values.get(i), v -> index.size());
    }
    return at;
  }

  /** Keeps what the kernels need until {@link #release}. */
  void retain() {
    users.incrementAndGet();
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      resources.close();
    }
  }

  /**
   * Values of the outputs that are not state; between {@link #retain} and {@link #release}.
   *
   * @param inputs of which those are null that are state
   * @param memory where results of plans go
   * @param times gets the time of each step, if given
   */
  List<Datum> run(
      List<? extends @Nullable Datum> inputs,
      Team team,
      Evaluation.Runner subgraphs,
      OutputMemory.Lease memory,
      @Nullable StepTimes times) {
    @Nullable Datum[] values = initial.clone();
    for (int i = 0; i < inputs.size(); i++) {
      values[i] = inputs.get(i);
    }
    state.bring(values);
    for (int i = 0; i < units.size(); i++) {
      Unit unit = units.get(i);
      if (i == units.size() - 1) {
        state.requireFit(values);
      }
      ContextPool pool = unit.plan();
      if (pool != null) {
        runPlan(pool, unit, values, team, memory, times);
        continue;
      }
      long begin = times == null ? 0 : System.nanoTime();
      if (unit.part().kind() == Partition.Kind.DYNAMIC) {
        store(values, unit.outputs(), subgraphs.run(unit.graph(), gather(values, unit.inputs())));
      } else {
        runNode(unit, values, subgraphs);
      }
      if (times != null) {
        times.add(unit.part().nodes().get(0), System.nanoTime() - begin);
      }
    }
    state.take(values);
    return gather(values, outputs);
  }

  /** A run whose results nobody wants. */
  void runForNothing(
      List<? extends @Nullable Datum> inputs,
      Team team,
      Evaluation.Runner subgraphs,
      OutputMemory memory,
      @Nullable StepTimes times) {
    OutputMemory.Lease lease = memory.lease();
    run(inputs, team, subgraphs, lease, times);
    lease.giveBack();
  }

  private static void runPlan(
      ContextPool pool,
      Unit unit,
      @Nullable Datum[] values,
      Team team,
      OutputMemory.Lease memory,
      @Nullable StepTimes times) {
    PlanContext context = pool.take();
    try {
      for (int i = 0; i < unit.inputs().length; i++) {
        if (values[unit.inputs()[i]] instanceof Tensor tensor) {
          context.set(i, tensor, team);
        } else {
          throw new GatunException(
              "value '" + unit.part().inputs().get(i).name() + "' must be a tensor");
        }
      }
      if (times == null) {
        context.run(team);
      } else {
        List<Plan.Step> steps = context.plan().steps();
        context.begin(team);
        for (int i = 0; i < steps.size(); i++) {
          long begin = System.nanoTime();
          context.runStep(i, team);
          times.add(steps.get(i).selection().node(), System.nanoTime() - begin);
        }
        context.end(team);
      }
      for (int i = 0; i < unit.outputs().length; i++) {
        values[unit.outputs()[i]] = context.get(i, memory, team);
      }
    } finally {
      pool.give(context);
    }
  }

  private void runNode(Unit unit, @Nullable Datum[] values, Evaluation.Runner subgraphs) {
    Node node = unit.part().nodes().get(0);
    List<@Nullable Datum> args = new ArrayList<>();
    for (Value input : node.inputs()) {
      Integer at = index.get(input);
      args.add(
          input.isAbsent() ? null : at != null ? values[at] : input.constantDatum().orElseThrow());
    }
    try {
      List<? extends Datum> results =
          Interpreter.evaluate(node.op(), node.attrs(), args, node.outputs().size(), subgraphs);
      for (int i = 0; i < node.outputs().size(); i++) {
        Integer at = index.get(node.outputs().get(i));
        if (at != null) {
          values[at] = results.get(i);
        }
      }
    } catch (GatunException e) {
      throw new GatunException("node " + node + ": " + e.getMessage(), e);
    }
  }

  private static void store(@Nullable Datum[] values, int[] at, List<Datum> results) {
    for (int i = 0; i < at.length; i++) {
      values[at[i]] = results.get(i);
    }
  }

  private List<Datum> gather(@Nullable Datum[] values, int[] at) {
    List<Datum> result = new ArrayList<>();
    for (int i : at) {
      Datum datum = values[i];
      if (datum == null) {
        throw new IllegalStateException("a value of " + graph + " was never computed");
      }
      result.add(datum);
    }
    return result;
  }

  /** Whether a plan is all there is to it. */
  boolean isOnePlan() {
    return units.size() == 1 && units.get(0).plan() != null && state.isOfPlans();
  }

  /** Number of a plan's value (an input or output of its unit) among the values of a run. */
  int[] outputs() {
    return outputs;
  }

  /** An output that no unit computes: a constant. */
  Datum constant(int output) {
    return java.util.Objects.requireNonNull(initial[outputs[output]]);
  }

  Graph graph() {
    return graph;
  }

  /** What is computed again. */
  Recomputing recomputing() {
    return ready;
  }

  List<Unit> units() {
    return units;
  }

  /** The choice for a node, if its types were fixed. */
  @Nullable Selection selection(Node node) {
    return selections.get(node);
  }

  /** Bytes of one set of arenas. */
  long arenaBytes() {
    long bytes = 0;
    for (Unit unit : units) {
      ContextPool pool = unit.plan();
      if (pool != null) {
        bytes += pool.plan().arenaBytes();
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    for (Unit unit : units) {
      ContextPool pool = unit.plan();
      if (pool != null) {
        pool.close();
      }
    }
    release();
  }
}
