package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs a graph some of whose inputs are state: after each step they take the values of outputs.
 * Parameters, optimizer state, running statistics, counters and the state of random generators are
 * such inputs, so one step of training is one graph.
 *
 * <p>A step happens as a whole or not at all: when it fails, the state is what it was before. Steps
 * and accesses to the state happen one at a time; a second thread waits.
 */
public final class StatefulSession implements AutoCloseable {
  /** Programs kept, each with memory for a step; beyond that the least recently used one goes. */
  private static final int MAX_PROGRAMS = 8;

  /** A step with the types of its inputs, null where state is. */
  private record Compiled(Type.@Nullable OfTensor[] types, Type[] all, StateStep step) {
    boolean fits(@Nullable Datum[] values) {
      for (int i = 0; i < types.length; i++) {
        Type.OfTensor type = types[i];
        boolean same =
            type != null && values[i] instanceof Tensor tensor
                ? tensor.dtype() == type.dtype() && tensor.shape().equals(type.shape())
                : !(values[i] instanceof Datum datum) || datum.type().equals(all[i]);
        if (!same) {
          return false;
        }
      }
      return true;
    }
  }

  private final Graph graph;
  private final Map<String, String> updates = new LinkedHashMap<>();
  private final StateMemory state;
  private final Executor executor;
  private final SessionOptions options;
  private final Value[] inputs;
  private final boolean[] isState;
  private final List<String> results = new ArrayList<>();
  private final List<Compiled> compiled = new ArrayList<>(); // the latest first
  private final @Nullable Datum[] values;
  private @Nullable StateStep latest;
  private boolean closed;

  /**
   * Compiles nothing yet: that happens for each combination of input shapes when it is met.
   *
   * @param graph whose inputs are state or given for each step
   * @param state for each input that is state, the name of the output that is its next value
   * @param initial a value for each input that is state
   * @throws GatunException if names, types or values do not fit; all problems are in the message
   */
  public StatefulSession(
      Graph graph, Map<String, String> state, Map<String, Tensor> initial, SessionOptions options) {
    this(options.prepared(graph), state, initial, options, Optional.empty());
  }

  private StatefulSession(
      Graph graph,
      Map<String, String> state,
      Map<String, Tensor> initial,
      SessionOptions options,
      Optional<Executor> shared) {
    requireFit(graph, state, initial);
    this.graph = graph;
    this.options = options;
    inputs = graph.inputs().toArray(Value[]::new);
    isState = new boolean[inputs.length];
    values = new Datum[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      String next = state.get(inputs[i].name());
      if (next != null) {
        updates.put(inputs[i].name(), next);
        isState[i] = true;
      }
    }
    for (String name : graph.outputNames()) {
      if (!updates.containsValue(name)) {
        results.add(name);
      }
    }
    executor = shared.map(Executor::shared).orElseGet(() -> new Executor(options));
    try {
      this.state = new StateMemory(graph, updates, initial);
    } catch (RuntimeException | Error e) {
      executor.close();
      throw e;
    }
  }

  private static void requireFit(
      Graph graph, Map<String, String> state, Map<String, Tensor> initial) {
    List<String> problems = new ArrayList<>();
    Map<String, Value> inputs = new LinkedHashMap<>();
    graph.inputs().forEach(input -> inputs.put(input.name(), input));
    for (String name : new TreeSet<>(state.keySet())) {
      Value input = inputs.get(name);
      int output = graph.outputNames().indexOf(state.get(name));
      if (output < 0) {
        problems.add(
            "state '" + name + "': there is no output '" + state.get(name) + "' to take over");
      }
      if (input == null) {
        problems.add("state '" + name + "': there is no such input");
        continue;
      }
      if (!(input.type() instanceof Type.OfTensor(DType dtype, var shape))
          || dtype == DType.STRING) {
        problems.add("state '" + name + "' must be a tensor of numbers, not " + input.type());
        continue;
      }
      Tensor value = initial.get(name);
      if (value == null) {
        problems.add("state '" + name + "' (" + input.type() + ") has no initial value");
      } else if (!Session.accepts(input.type(), value.type())) {
        problems.add(
            "state '"
                + name
                + "' needs "
                + input.type()
                + ", its initial value is "
                + value.type());
      } else if (output >= 0
          && !Session.accepts(graph.outputs().get(output).type(), value.type())) {
        problems.add(
            "state '"
                + name
                + "' is "
                + value.type()
                + ", but output '"
                + state.get(name)
                + "' that it takes over is "
                + graph.outputs().get(output).type());
      }
    }
    for (String name : new TreeSet<>(initial.keySet())) {
      if (!state.containsKey(name)) {
        problems.add("there is an initial value for '" + name + "', which is no state");
      }
    }
    if (!problems.isEmpty()) {
      throw new ShapeException(graph + ": " + String.join("; ", problems));
    }
  }

  /**
   * Another session of the same graph with a state of its own, maybe of other sizes where the graph
   * leaves them open. Both use the same packed weights and threads; either may be closed first.
   *
   * @param initial a value for each input that is state
   */
  public synchronized StatefulSession sibling(Map<String, Tensor> initial) {
    requireOpen();
    return new StatefulSession(graph, updates, initial, options, Optional.of(executor));
  }

  /**
   * Does a step and returns the outputs that are not state.
   *
   * @param inputs a value for each input that is not state, by name
   * @throws ShapeException if a name is missing or unknown, or a type or shape does not fit; all
   *     problems are in the message, and the state is what it was
   */
  public synchronized Outputs run(Map<String, ? extends Datum> inputs) {
    step(inputs);
    List<Datum> data = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      data.add(latestStep().result(i));
    }
    return new Outputs(results, data, () -> {});
  }

  /**
   * Does a step whose results wait until they are asked for, until the next step: this and {@link
   * #number} allocate nothing once the code is compiled.
   */
  public synchronized void step(Map<String, ? extends Datum> inputs) {
    requireOpen();
    take(inputs);
    try {
      StateStep step = compiledStep();
      latest = null;
      step.run(values);
      latest = step;
    } finally {
      // The batch of a step need not outlive it.
      Arrays.fill(values, null);
    }
  }

  /** Puts the inputs in the graph's order; fails with all that is wrong with them. */
  private void take(Map<String, ? extends Datum> given) {
    int taken = 0;
    boolean fits = true;
    for (int i = 0; i < inputs.length; i++) {
      if (!isState[i]) {
        Datum value = given.get(inputs[i].name());
        values[i] = value;
        taken += value == null ? 0 : 1;
        fits &= value != null && Session.accepts(inputs[i].type(), value);
      }
    }
    if (!fits || taken != given.size()) {
      Arrays.fill(values, null);
      throw new ShapeException(String.join("; ", problems(given)));
    }
  }

  private List<String> problems(Map<String, ? extends Datum> given) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      String name = inputs[i].name();
      Datum value = given.get(name);
      if (isState[i]) {
        if (given.containsKey(name)) {
          problems.add("'" + name + "' is state, not an input of a step; use setState");
        }
      } else if (value == null) {
        problems.add("input '" + name + "' (" + inputs[i].type() + ") is missing");
      } else if (!Session.accepts(inputs[i].type(), value)) {
        problems.add("input '" + name + "' needs " + inputs[i].type() + ", got " + value.type());
      }
    }
    for (String name : given.keySet()) {
      if (graph.inputs().stream().noneMatch(v -> v.name().equals(name))) {
        problems.add("there is no input '" + name + "'");
      }
    }
    return problems;
  }

  /** The step for the types of {@link #values}. */
  private StateStep compiledStep() {
    for (int i = 0; i < compiled.size(); i++) {
      Compiled candidate = compiled.get(i);
      if (candidate.fits(values)) {
        if (i > 0) {
          compiled.remove(i);
          compiled.add(0, candidate);
        }
        return candidate.step;
      }
    }
    Type[] all = types(values);
    Type.@Nullable OfTensor[] tensors = new Type.OfTensor[all.length];
    for (int i = 0; i < all.length; i++) {
      tensors[i] = !isState[i] && all[i] instanceof Type.OfTensor tensor ? tensor : null;
    }
    if (compiled.size() == MAX_PROGRAMS) {
      compiled.removeLast().step.close();
    }
    compiled.add(0, new Compiled(tensors, all, compile(all)));
    return compiled.get(0).step;
  }

  private Type[] types(@Nullable Datum[] given) {
    Type[] all = new Type[inputs.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = given[i] instanceof Datum value ? value.type() : inputs[i].type();
    }
    for (StateMemory.Entry entry : state.entries()) {
      all[entry.input()] = entry.type();
    }
    return all;
  }

  private StateStep compile(Type[] types) {
    if (options.backend() == Backend.REFERENCE) {
      return new StateStep.Interpreted(graph, state);
    }
    Program program = executor.compile(graph, List.of(types), state);
    return program.isOnePlan()
        ? StateStep.OnePlan.of(program, executor.team())
        : new StateStep.Units(program, executor.team(), executor);
  }

  private StateStep latestStep() {
    if (latest == null) {
      throw new GatunException("there are no results: no step has been done yet, or it failed");
    }
    return latest;
  }

  /** A result of the latest step that is one number; allocates nothing. */
  public synchronized double number(String output) {
    requireOpen();
    return latestStep().number(numberOf(output));
  }

  /** A copy of a result of the latest step. */
  public synchronized Datum result(String output) {
    requireOpen();
    return latestStep().result(numberOf(output));
  }

  private int numberOf(String output) {
    int number = results.indexOf(output);
    if (number < 0) {
      throw new GatunException(
          "there is no result '" + output + "'; the results of a step are " + results);
    }
    return number;
  }

  /** A copy of a state as the latest step left it. */
  public synchronized Tensor state(String name) {
    requireOpen();
    return StateMemory.copy(entry(name));
  }

  private StateMemory.Entry entry(String name) {
    for (StateMemory.Entry entry : state.entries()) {
      if (entry.name().equals(name)) {
        return entry;
      }
    }
    throw new GatunException(
        "there is no state '" + name + "'; the states are " + updates.keySet());
  }

  /**
   * Gives a state another value.
   *
   * @throws ShapeException if its type is not that of the state
   */
  public synchronized void setState(String name, Tensor value) {
    requireOpen();
    StateMemory.Entry entry = entry(name);
    if (!entry.type().equals(value.type())) {
      throw new ShapeException("state '" + name + "' is " + entry.type() + ", got " + value.type());
    }
    value.copyTo(entry.memory());
  }

  /**
   * Gives states the values of a sibling's. Where this one's are larger along an axis, what lies
   * beyond stays as it is.
   */
  public synchronized void takeStates(StatefulSession from, Collection<String> names) {
    requireOpen();
    synchronized (from) {
      from.requireOpen();
      for (String name : names) {
        StateCopies.take(from.entry(name), entry(name));
      }
    }
  }

  /**
   * Moves rows of states: row r of the first axis becomes what row {@code from[r]} was.
   *
   * @param names of states whose first axis has as many rows as there are numbers
   */
  public synchronized void takeRows(Collection<String> names, int... from) {
    requireOpen();
    for (String name : names) {
      StateCopies.takeRows(entry(name), from);
    }
  }

  /** Names and types of the states, in the order of the graph's inputs. */
  public Map<String, Type.OfTensor> states() {
    Map<String, Type.OfTensor> types = new LinkedHashMap<>();
    state.entries().forEach(entry -> types.put(entry.name(), entry.type()));
    return types;
  }

  /** Names and types of the inputs that are given for each step. */
  public Map<String, Type> inputs() {
    Map<String, Type> types = new LinkedHashMap<>();
    for (int i = 0; i < inputs.length; i++) {
      if (!isState[i]) {
        types.put(inputs[i].name(), inputs[i].type());
      }
    }
    return types;
  }

  /** Names of the outputs that are not state: what a step returns. */
  public List<String> outputs() {
    return List.copyOf(results);
  }

  /** Compiles for inputs of these types without a step, and tells what the plan is. */
  public synchronized Explanation explain(Map<String, ? extends Type> inputTypes) {
    requireOpen();
    Type[] all = types(values);
    for (int i = 0; i < all.length; i++) {
      Type given = isState[i] ? null : inputTypes.get(inputs[i].name());
      all[i] = given == null ? all[i] : given;
    }
    Program program = executor.compile(graph, List.of(all), state);
    try {
      return Explanation.of(program, options, executor.target());
    } finally {
      program.close();
    }
  }

  /**
   * Does step after step on the same inputs and tells where the time goes. The state moves on.
   *
   * @param warmupSeconds before the times count; until then code is still being compiled
   * @param seconds for which the times count; at least one step
   */
  public synchronized Profile profile(
      Map<String, ? extends Datum> given, double warmupSeconds, double seconds) {
    requireOpen();
    take(given);
    Program program = executor.compile(graph, List.of(types(values)), state);
    try {
      List<@Nullable Datum> all = Arrays.asList(values.clone());
      executor.measure(program, all, warmupSeconds);
      return executor.measure(program, all, seconds).toProfile(program);
    } finally {
      Arrays.fill(values, null);
      program.close();
    }
  }

  public SessionOptions options() {
    return options;
  }

  /** Number of threads that steps use, the caller included. */
  public int threads() {
    return executor.team().threads();
  }

  private void requireOpen() {
    if (closed) {
      throw new GatunException("the session is closed; read its state before");
    }
  }

  /** Waits for a step under way and frees everything; further calls do nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      latest = null;
      compiled.forEach(each -> each.step.close());
      compiled.clear();
      executor.close();
      state.close();
    }
  }
}
