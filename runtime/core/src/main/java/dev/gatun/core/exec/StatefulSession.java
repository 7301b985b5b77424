package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Runs a graph some of whose inputs are state: after each step they take the values of outputs.
 * Parameters, optimizer state, running statistics, counters and the state of random generators are
 * such inputs, so one step of training is one graph.
 *
 * <p>A step happens as a whole or not at all: when it fails, the state is what it was before. Steps
 * and accesses to the state happen one at a time; a second thread waits.
 */
public final class StatefulSession implements AutoCloseable {
  private final Session session;
  private final Map<String, String> updates;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private Map<String, Datum> results = Map.of();
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
    requireFit(graph, state, initial);
    updates = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      String next = state.get(input.name());
      if (next != null) {
        updates.put(input.name(), next);
        this.state.put(input.name(), initial.get(input.name()));
      }
    }
    session = new Session(graph, Map.of(), options);
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
   * Does a step and returns the outputs that are not state.
   *
   * @param inputs a value for each input that is not state, by name
   * @throws ShapeException if a name is missing or unknown, or a type or shape does not fit; all
   *     problems are in the message, and the state is what it was
   */
  public synchronized Outputs run(Map<String, ? extends Datum> inputs) {
    step(inputs);
    return new Outputs(List.copyOf(results.keySet()), List.copyOf(results.values()), () -> {});
  }

  /**
   * Does a step; single numbers among its results can be read with {@link #number}. It is {@link
   * #run} for those who do not want an object a step.
   */
  public synchronized void step(Map<String, ? extends Datum> inputs) {
    requireOpen();
    Map<String, Datum> all = new LinkedHashMap<>(inputs);
    List<String> wrong = new ArrayList<>();
    for (String name : inputs.keySet()) {
      if (updates.containsKey(name)) {
        wrong.add("'" + name + "' is state, not an input of a step; use setState");
      }
    }
    if (!wrong.isEmpty()) {
      throw new ShapeException(String.join("; ", wrong));
    }
    all.putAll(state);
    Map<String, Datum> values = session.run(all).asMap();
    Map<String, Tensor> next = new LinkedHashMap<>();
    updates.forEach((name, output) -> next.put(name, nextValue(name, values.get(output))));
    state.putAll(next);
    Map<String, Datum> rest = new LinkedHashMap<>(values);
    rest.keySet().removeAll(updates.values());
    results = rest;
  }

  private Tensor nextValue(String name, @org.jspecify.annotations.Nullable Datum value) {
    Tensor before = currentState(name);
    if (value instanceof Tensor tensor && tensor.type().equals(before.type())) {
      return tensor;
    }
    throw new ShapeException(
        "state '"
            + name
            + "' is "
            + before.type()
            + ", but the step computed "
            + (value == null ? "nothing" : value.type())
            + " for it");
  }

  /** A result of the latest step that is one number. */
  public synchronized double number(String output) {
    requireOpen();
    Datum value = results.get(output);
    if (value instanceof Tensor tensor && tensor.elements() == 1) {
      return tensor.getDouble(0);
    }
    throw new GatunException(
        "the latest step has no result '"
            + output
            + "' of one element; its results are "
            + results.keySet());
  }

  /** A copy of a state as the latest step left it. */
  public synchronized Tensor state(String name) {
    requireOpen();
    return currentState(name);
  }

  private Tensor currentState(String name) {
    Tensor value = state.get(name);
    if (value == null) {
      throw new GatunException("there is no state '" + name + "'; the states are " + states());
    }
    return value;
  }

  /**
   * Gives a state another value.
   *
   * @throws ShapeException if its type is not that of the state
   */
  public synchronized void setState(String name, Tensor value) {
    requireOpen();
    Tensor before = currentState(name);
    if (!before.type().equals(value.type())) {
      throw new ShapeException(
          "state '" + name + "' is " + before.type() + ", got " + value.type());
    }
    state.put(name, value);
  }

  /** Names and types of the states, in the order of the graph's inputs. */
  public Map<String, Type.OfTensor> states() {
    Map<String, Type.OfTensor> types = new LinkedHashMap<>();
    synchronized (this) {
      state.forEach((name, value) -> types.put(name, value.type()));
    }
    return types;
  }

  /** Names and types of the inputs that are given for each step. */
  public Map<String, Type> inputs() {
    Map<String, Type> types = session.inputs();
    types.keySet().removeAll(updates.keySet());
    return types;
  }

  /** Names of the outputs that are not state. */
  public List<String> outputs() {
    return session.outputNames().stream().filter(name -> !updates.containsValue(name)).toList();
  }

  public SessionOptions options() {
    return session.options();
  }

  /** Number of threads that steps use, the caller included. */
  public int threads() {
    return session.threads();
  }

  private void requireOpen() {
    if (closed) {
      throw new GatunException("the session is closed; read its state before");
    }
  }

  /** Waits for a step under way and frees everything; further calls do nothing. */
  @Override
  public synchronized void close() {
    closed = true;
    session.close();
  }
}
