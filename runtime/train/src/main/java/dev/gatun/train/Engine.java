package dev.gatun.train;

import dev.gatun.core.exec.Explanation;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.exec.StatefulSession;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.inspect.Inspector;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The compiled graphs of a training and their state.
 *
 * <p>There is a step for each shape of batch, for gradients need to know shapes. All but the one in
 * use hold an old state; the latest {@value #KEPT} are kept.
 */
final class Engine implements AutoCloseable {
  private static final int KEPT = 4;

  private record Step(StepGraph graph, StatefulSession session, Map<String, Type.OfTensor> batch) {}

  private final Recipe recipe;
  private final long seed;
  private final SessionOptions options;
  private final Map<String, Step> steps = new LinkedHashMap<>();
  private @Nullable Step current;
  private Map<String, Tensor> first;
  private final List<Input> fields = new ArrayList<>();
  private final Map<Boolean, Session> evaluations = new HashMap<>();
  private @Nullable Session prediction;
  private @Nullable Inspector inspector;
  private final StepTimes times = new StepTimes();

  /** Builds the graph of a small batch, so that whatever does not fit is told now. */
  Engine(Recipe recipe, long seed, SessionOptions options) {
    this.recipe = recipe;
    this.seed = seed;
    this.options = options;
    Map<String, Type.OfTensor> batch = new LinkedHashMap<>();
    for (Input input : recipe.net().inputs()) {
      long[] sizes = StepGraph.batched(input).shape().sizes();
      sizes[0] = 2;
      for (int i = 1; i < sizes.length; i++) {
        sizes[i] = sizes[i] < 0 ? 2 : sizes[i];
      }
      batch.put(input.name(), Type.tensor(input.dtype(), Shape.of(sizes)));
    }
    StepGraph probe = StepGraph.of(recipe, false, seed, batch);
    first = probe.initial();
    fields.addAll(recipe.net().inputs());
    // Sizes that differ between samples are known from the batch only.
    fields.addAll(targets(probe));
  }

  /** Targets as the net's own inputs leave them: unknown where those are. */
  private List<Input> targets(StepGraph probe) {
    boolean known = recipe.net().inputs().stream().allMatch(input -> input.shape().isFixed());
    if (known) {
      return probe.targets();
    }
    List<Input> targets = new ArrayList<>();
    for (Input target : probe.targets()) {
      long[] sizes = new long[target.shape().rank()];
      Arrays.fill(sizes, Shape.UNKNOWN);
      targets.add(new Input(target.name(), target.dtype(), Shape.of(sizes)));
    }
    return targets;
  }

  /** Inputs of the net and targets. */
  List<Input> fields() {
    return fields;
  }

  /** Inputs of a step from the fields of a batch. */
  Map<String, Tensor> inputs(Map<String, Tensor> batch, int rows, int size) {
    Map<String, Tensor> inputs = Feeder.feed(batch, fields);
    if (rows < size || batch.containsKey(StepGraph.WEIGHT)) {
      inputs.put(StepGraph.WEIGHT, weights(batch, size, rows));
    }
    return inputs;
  }

  private static Tensor weights(Map<String, Tensor> batch, int size, int rows) {
    float[] weights = new float[size];
    Tensor given = batch.get(StepGraph.WEIGHT);
    for (int i = 0; i < rows; i++) {
      weights[i] = given == null ? 1 : given.getFloat(i);
    }
    return Tensor.of(weights, size);
  }

  private static boolean isWeighted(Map<String, Tensor> inputs) {
    return inputs.containsKey(StepGraph.WEIGHT);
  }

  /** The step for batches of a shape, with the state as it is now. */
  private Step step(Map<String, Tensor> inputs) {
    Map<String, Type.OfTensor> types = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> types.put(name, tensor.type()));
    String key = types.toString();
    Step before = current;
    Step wanted = steps.remove(key);
    if (wanted == null) {
      StepGraph graph = StepGraph.of(recipe, isWeighted(inputs), seed, types);
      wanted =
          new Step(
              graph,
              new StatefulSession(graph.graph(), graph.state(), graph.initial(), options),
              types);
    }
    steps.put(key, wanted); // the latest comes last
    if (before == null) {
      first.forEach(wanted.session::setState);
      first = Map.of();
    } else if (before.session != wanted.session) {
      for (String name : before.session.states().keySet()) {
        wanted.session.setState(name, before.session.state(name));
      }
    }
    current = wanted;
    if (steps.size() > KEPT) {
      String oldest = steps.keySet().iterator().next();
      Step gone = steps.remove(oldest);
      if (gone != null) {
        gone.session.close();
      }
    }
    return wanted;
  }

  private StatefulSession latest() {
    if (current == null) {
      throw new TrainingException("there has been no step yet");
    }
    return current.session;
  }

  /** Does a step; false when its numbers were not finite and nothing was changed. */
  boolean step(Map<String, Tensor> inputs, double rate, boolean apply) {
    StatefulSession session = step(inputs).session;
    Map<String, Tensor> all = new LinkedHashMap<>(inputs);
    all.put(StepGraph.RATE, Tensor.scalar(DType.F32, rate));
    if (recipe.accumulation() > 1) {
      all.put(StepGraph.APPLY, Tensor.scalar(DType.BOOL, apply ? 1 : 0));
    }
    long begin = System.nanoTime();
    session.step(all);
    times.add(System.nanoTime() - begin);
    return session.number(StepGraph.FINITE) != 0;
  }

  /** Whether a step that {@link #step} refused only needs a smaller scale of the loss. */
  boolean isLeftOut() {
    return recipe.precision().isPresent()
        && recipe.precision().get().scales()
        && Double.isFinite(number(StepGraph.LOSS))
        && number(LossScale.SCALE) > 1;
  }

  double number(String output) {
    return latest().number(output);
  }

  Tensor result(String output) {
    return (Tensor) latest().result(output);
  }

  /** What was not finite in a step that {@link #step} refused. */
  String diagnose(Map<String, Tensor> inputs, double rate) {
    Map<String, Tensor> all = new LinkedHashMap<>(inputs);
    all.put(StepGraph.RATE, Tensor.scalar(DType.F32, rate));
    all.put(StepGraph.APPLY, Tensor.scalar(DType.BOOL, 1));
    all.putAll(state());
    return NonFinite.first(step(inputs).graph.graph(), all);
  }

  /** What the step in use needs. */
  Resources resources() {
    StatefulSession session = latest();
    Explanation explanation = explain();
    long bytes = 0;
    for (String name : session.states().keySet()) {
      bytes += session.state(name).bytes();
    }
    return new Resources(
        recipe.net().parameterCount(),
        bytes,
        explanation.arenaBytes(),
        explanation.weightBytes(),
        times.median());
  }

  /** What the step in use runs. */
  Explanation explain() {
    StatefulSession session = latest();
    Map<String, Type> types = new LinkedHashMap<>(Objects.requireNonNull(current).batch);
    types.put(StepGraph.RATE, Type.tensor(DType.F32, Shape.SCALAR));
    types.put(StepGraph.APPLY, Type.tensor(DType.BOOL, Shape.SCALAR));
    types.keySet().retainAll(session.inputs().keySet());
    return session.explain(types);
  }

  /** All states by name. */
  Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    types().keySet().forEach(name -> state.put(name, value(name)));
    return state;
  }

  private Map<String, Type.OfTensor> types() {
    if (current != null) {
      return current.session.states();
    }
    Map<String, Type.OfTensor> types = new LinkedHashMap<>();
    first.forEach((name, value) -> types.put(name, value.type()));
    return types;
  }

  private Tensor value(String name) {
    if (current != null) {
      return current.session.state(name);
    }
    // In memory, as after a step: a computed tensor never equals one that is kept.
    Tensor value = Objects.requireNonNull(first.get(name));
    return Tensor.wrap(value.dtype(), value.shape(), value.data());
  }

  /** Changes states; all problems are in the message, and then none was changed. */
  void setState(Map<String, Tensor> values) {
    Map<String, Type.OfTensor> types = types();
    List<String> problems = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          Type old = types.get(name);
          if (old == null) {
            problems.add("there is no '" + name + "'");
          } else if (!old.equals(value.type())) {
            problems.add("'" + name + "' is " + old + ", got " + value.type());
          }
        });
    if (!problems.isEmpty()) {
      throw new TrainingException("state: " + String.join("; ", problems));
    }
    if (current == null) {
      Map<String, Tensor> changed = new LinkedHashMap<>(first);
      changed.putAll(values);
      first = changed;
    } else {
      values.forEach(current.session::setState);
    }
  }

  /** Values of parameters and buffers: the averages if wanted and there are such. */
  Map<String, Tensor> weights(boolean averaged) {
    Set<String> states = types().keySet();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Parameter p : recipe.net().parameters()) {
      String parameter = StepGraph.PARAMETER + p.name();
      String average = StepGraph.AVERAGE + p.name();
      if (averaged && states.contains(average)) {
        weights.put(p.name(), value(average));
      } else if (states.contains(parameter)) {
        weights.put(p.name(), value(parameter));
      }
    }
    return weights;
  }

  /** Outputs and loss of a batch at inference. */
  Outputs evaluate(Map<String, Tensor> inputs, Map<String, Tensor> weights) {
    Session session =
        evaluations.computeIfAbsent(
            isWeighted(inputs), weighted -> compile(EvaluationGraph.loss(recipe, weighted)));
    return run(session, inputs, weights);
  }

  /** Outputs of a batch at inference. */
  Outputs predict(Map<String, Tensor> given, Map<String, Tensor> weights) {
    if (prediction == null) {
      prediction = compile(EvaluationGraph.predictions(recipe));
    }
    return run(prediction, Feeder.feed(given, recipe.net().inputs()), weights);
  }

  /** Begins to look at batches with the weights as they are now. */
  Inspector.Gathering inspect() {
    if (inspector == null) {
      inspector = new Inspector(recipe.net(), recipe.objective(), options.memoryBudget(0));
    }
    Tensor random = state().get("random");
    return inspector.gather(weights(false), random == null ? Tensor.vector(seed, 0) : random);
  }

  private static Outputs run(
      Session session, Map<String, Tensor> inputs, Map<String, Tensor> weights) {
    Map<String, Tensor> all = new LinkedHashMap<>(inputs);
    weights.forEach((name, value) -> all.put(StepGraph.PARAMETER + name, value));
    all.keySet().retainAll(session.inputs().keySet());
    return session.run(all);
  }

  /** Without the budget, which is that of steps. */
  private Session compile(Graph graph) {
    return new Model(graph, Map.of(), Map.of()).compile(options.memoryBudget(0));
  }

  @Override
  public void close() {
    steps.values().forEach(step -> step.session.close());
    evaluations.values().forEach(Session::close);
    if (prediction != null) {
      prediction.close();
    }
    if (inspector != null) {
      inspector.close();
    }
  }
}
