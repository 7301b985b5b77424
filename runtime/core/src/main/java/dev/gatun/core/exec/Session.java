package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.plan.Choices;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Runs a model; thread-safe. It compiles a program for each combination of input shapes it meets
 * and keeps the latest ones.
 */
public final class Session implements AutoCloseable {
  private final Graph graph;
  private final Map<String, Tensor> defaults;
  private final SessionOptions options;
  private final Executor executor;
  // Runs hold the read lock, so that close waits for those under way.
  private final ReadWriteLock running = new ReentrantReadWriteLock();
  private boolean closed;

  Session(Graph graph, Map<String, Tensor> defaults, SessionOptions options) {
    this.graph = options.prepared(graph);
    this.defaults = defaults;
    this.options = options;
    executor = new Executor(options);
  }

  /** Runs a model of one input. */
  public Outputs run(String name, Tensor value) {
    return run(Map.of(name, value));
  }

  /**
   * Runs the model.
   *
   * @param inputs a value for each input that has no default, by name
   * @throws ShapeException if a name is missing or unknown, or a type or shape does not fit; all
   *     problems are in the message
   */
  public Outputs run(Map<String, ? extends Datum> inputs) {
    List<Datum> values = check(inputs);
    running.readLock().lock();
    try {
      requireOpen();
      return executor.runMain(graph, values);
    } finally {
      running.readLock().unlock();
    }
  }

  /** Compiles for inputs of these types without running, and tells what the plan is. */
  public Explanation explain(Map<String, Type> inputTypes) {
    List<Type> types = new ArrayList<>();
    for (Value input : graph.inputs()) {
      types.add(inputTypes.getOrDefault(input.name(), input.type()));
    }
    running.readLock().lock();
    try {
      requireOpen();
      return Explanation.of(executor.program(graph, types), options, executor.target());
    } finally {
      running.readLock().unlock();
    }
  }

  /**
   * Runs the model again and again and tells where the time goes.
   *
   * @param warmupSeconds before the times count; until then code is still being compiled
   * @param seconds for which the times count; at least one run
   */
  public Profile profile(
      Map<String, ? extends Datum> inputs, double warmupSeconds, double seconds) {
    List<Datum> values = check(inputs);
    running.readLock().lock();
    try {
      requireOpen();
      return executor.profile(graph, values, warmupSeconds, seconds);
    } finally {
      running.readLock().unlock();
    }
  }

  /**
   * Measures, for inputs of these types, whose kernels are the fastest for each step, uses those
   * from now on and keeps the choices for later sessions ({@link Choices#file}).
   *
   * @param warmupSeconds before the times count; until then code is still being compiled
   * @param seconds for which the times count
   * @throws GatunException if the backend is not AUTO, so that there is nothing to choose, or the
   *     file cannot be written
   */
  public Tuning tune(Map<String, ? extends Datum> inputs, double warmupSeconds, double seconds) {
    if (options.backend() != Backend.AUTO) {
      throw new GatunException(
          "backend " + options.backend() + " leaves nothing to choose; tune with backend auto");
    }
    List<Datum> values = check(inputs);
    running.readLock().lock();
    try {
      requireOpen();
      Tuning tuning = executor.tune(graph, values, warmupSeconds, seconds);
      Choices.file(threads()).ifPresent(executor.target().choices()::write);
      return tuning;
    } finally {
      running.readLock().unlock();
    }
  }

  /**
   * Waits until the kernels that stay have taken over from those of the quick start, for instance
   * before measuring; at once when there is no quick start under way.
   */
  public void settle() throws InterruptedException {
    executor.settle();
  }

  /** Names and types of the inputs. */
  public Map<String, Type> inputs() {
    Map<String, Type> types = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      types.put(input.name(), input.type());
    }
    return types;
  }

  public SessionOptions options() {
    return options;
  }

  /** Number of threads that runs use, the caller included. */
  public int threads() {
    return executor.team().threads();
  }

  private List<Datum> check(Map<String, ? extends Datum> inputs) {
    List<String> problems = new ArrayList<>();
    List<Datum> values = new ArrayList<>();
    for (Value input : graph.inputs()) {
      Datum value = inputs.get(input.name());
      value = value == null ? defaults.get(input.name()) : value;
      if (value == null) {
        problems.add("input '" + input.name() + "' (" + input.type() + ") is missing");
      } else {
        if (!accepts(input.type(), value.type())) {
          problems.add(
              "input '" + input.name() + "' needs " + input.type() + ", got " + value.type());
        }
        values.add(value);
      }
    }
    for (String name : inputs.keySet()) {
      if (graph.inputs().stream().noneMatch(v -> v.name().equals(name))) {
        problems.add("there is no input '" + name + "'");
      }
    }
    if (!problems.isEmpty()) {
      throw new ShapeException(String.join("; ", problems));
    }
    return values;
  }

  /** Whether a value of a type, all sizes known, may be given where another type is wanted. */
  static boolean accepts(Type wanted, Type given) {
    if (!(wanted instanceof Type.OfTensor tensor)) {
      return wanted.getClass() == given.getClass();
    }
    return given instanceof Type.OfTensor(var dtype, Shape shape) && accepts(tensor, dtype, shape);
  }

  /** Whether a value may be given where a type is wanted; allocates nothing for tensors. */
  static boolean accepts(Type wanted, Datum given) {
    return wanted instanceof Type.OfTensor tensor && given instanceof Tensor value
        ? accepts(tensor, value.dtype(), value.shape())
        : accepts(wanted, given.type());
  }

  private static boolean accepts(Type.OfTensor wanted, DType givenDtype, Shape givenShape) {
    Shape shape = wanted.shape();
    if (wanted.dtype() != givenDtype) {
      return false;
    }
    if (!shape.isRanked()) {
      return true;
    }
    if (shape.rank() != givenShape.rank()) {
      return false;
    }
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.size(i) >= 0 && shape.size(i) != givenShape.size(i)) {
        return false;
      }
    }
    return true;
  }

  private void requireOpen() {
    if (closed) {
      throw new GatunException("the session is closed");
    }
  }

  /** Waits for runs under way and frees everything; further calls do nothing. */
  @Override
  public void close() {
    running.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        executor.close();
      }
    } finally {
      running.writeLock().unlock();
    }
  }
}
