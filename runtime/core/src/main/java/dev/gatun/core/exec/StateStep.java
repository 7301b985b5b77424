package dev.gatun.core.exec;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.plan.PlanContext;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.Team;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A step for given types of its inputs: does it, and holds its results until the next one. */
sealed interface StateStep extends AutoCloseable {
  /**
   * Does a step.
   *
   * @param inputs of the graph, null where state is
   */
  void run(@Nullable Datum[] inputs);

  /** A copy of a result, by its number among the outputs that are not state. */
  Datum result(int number);

  /** A result of one element. */
  double number(int number);

  @Override
  void close();

  private static double single(Datum datum) {
    if (datum instanceof Tensor tensor && tensor.elements() == 1) {
      return tensor.getDouble(0);
    }
    throw new GatunException("a result of type " + datum.type() + " is not one number");
  }

  /** One plan: allocates nothing. */
  record OnePlan(Program program, ContextPool pool, PlanContext context, Team team)
      implements StateStep {
    static OnePlan of(Program program, Team team) {
      ContextPool pool = Objects.requireNonNull(program.units().get(0).plan());
      return new OnePlan(program, pool, pool.take(), team);
    }

    @Override
    public void run(@Nullable Datum[] inputs) {
      int[] from = program.units().get(0).inputs();
      for (int i = 0; i < from.length; i++) {
        if (inputs[from[i]] instanceof Tensor tensor) {
          context.set(i, tensor, team);
        }
      }
      context.run(team);
    }

    @Override
    public Datum result(int number) {
      int slot = slot(number);
      return slot < 0
          ? program.constant(number)
          : context.get(slot, new OutputMemory().lease(), team);
    }

    @Override
    public double number(int number) {
      int slot = slot(number);
      return slot < 0 ? single(program.constant(number)) : context.number(slot);
    }

    /** Number among the plan's outputs; -1 for a constant. */
    private int slot(int number) {
      int wanted = program.outputs()[number];
      int[] given = program.units().get(0).outputs();
      for (int i = 0; i < given.length; i++) {
        if (given[i] == wanted) {
          return i;
        }
      }
      return -1;
    }

    @Override
    public void close() {
      pool.give(context);
      program.close();
    }
  }

  /** Keeps the results of a step as they are. */
  abstract sealed class Kept implements StateStep permits Units, Interpreted {
    List<Datum> results = List.of();

    @Override
    public Datum result(int number) {
      return results.get(number);
    }

    @Override
    public double number(int number) {
      return single(results.get(number));
    }
  }

  /** Any program. */
  final class Units extends Kept {
    private final Program program;
    private final Team team;
    private final Evaluation.Runner runner;

    Units(Program program, Team team, Evaluation.Runner runner) {
      this.program = program;
      this.team = team;
      this.runner = runner;
    }

    @Override
    public void run(@Nullable Datum[] inputs) {
      results = program.run(Arrays.asList(inputs), team, runner, new OutputMemory().lease(), null);
    }

    @Override
    public void close() {
      program.close();
    }
  }

  /** The reference interpreter. */
  final class Interpreted extends Kept {
    private final Graph graph;
    private final StateMemory state;

    Interpreted(Graph graph, StateMemory state) {
      this.graph = graph;
      this.state = state;
    }

    @Override
    public void run(@Nullable Datum[] inputs) {
      List<Datum> all = new ArrayList<>(Arrays.asList(inputs));
      for (StateMemory.Entry entry : state.entries()) {
        all.set(entry.input(), StateMemory.copy(entry));
      }
      List<Datum> values = new Interpreter().run(graph, all);
      Set<Integer> next = new HashSet<>();
      for (StateMemory.Entry entry : state.entries()) {
        StateMemory.requireFits(entry, values.get(entry.next()).type());
        next.add(entry.next());
      }
      List<Datum> rest = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        if (!next.contains(i)) {
          rest.add(values.get(i));
        }
      }
      for (StateMemory.Entry entry : state.entries()) {
        ((Tensor) values.get(entry.next())).copyTo(entry.memory());
      }
      results = rest;
    }

    @Override
    public void close() {}
  }
}
