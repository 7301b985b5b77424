package dev.gatun.train.net;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A network: a function of {@link Flow}s and the values of its parameters. Immutable; training
 * gives another one with the weights that it found.
 *
 * <p>The function runs once for each graph that is made of it, so it must be the same each time.
 * Shapes are checked when the network is made.
 */
public final class Net {
  private final List<Input> inputs;
  private final NamedModule function;
  private final Predicate<String> frozen;
  private final Map<String, Shape> shapes;
  private final Map<String, Parameter> parameters;
  private final Map<String, Tensor> weights;
  private final Map<String, Type.OfTensor> outputs;

  private Net(
      List<Input> inputs,
      NamedModule function,
      Predicate<String> frozen,
      Map<String, Shape> shapes,
      Map<String, Parameter> parameters,
      Map<String, Tensor> weights,
      Map<String, Type.OfTensor> outputs) {
    this.inputs = inputs;
    this.function = function;
    this.frozen = frozen;
    this.shapes = shapes;
    this.parameters = parameters;
    this.weights = weights;
    this.outputs = outputs;
  }

  /** A network of layers one after the other; its input is called {@code x}. */
  public static Sequential sequential(Shape sample) {
    return sequential(new Input("x", DType.F32, sample));
  }

  /** A network of layers one after the other. */
  public static Sequential sequential(Input input) {
    return new Sequential(input);
  }

  /** A network that is a function of one value, called {@code x}. */
  public static Net of(Shape sample, Layer function) {
    return of(new Input("x", DType.F32, sample), function);
  }

  /** A network that is a function of one value. */
  public static Net of(Input input, Layer function) {
    return of(List.of(input), flows -> List.of(function.apply(flows.get(0))));
  }

  /** A network that is a function of two values. */
  public static Net of(Input first, Input second, BinaryOperator<Flow> function) {
    return of(List.of(first, second), flows -> List.of(function.apply(flows.get(0), flows.get(1))));
  }

  /**
   * A network that is a function of several values, with several results.
   *
   * @throws ShapeException if a layer cannot take what it is applied to; names the layer and the
   *     shapes
   */
  public static Net of(List<Input> inputs, Module function) {
    return of(inputs, numbered(function), p -> Optional.empty());
  }

  /**
   * A network that is a function of several values, with several results by name.
   *
   * @param values weights from elsewhere, such as a file; parameters that it has nothing for get
   *     first values of their own
   * @throws ShapeException if a layer cannot take what it is applied to, or a value is of another
   *     type than its parameter
   */
  public static Net of(
      List<Input> inputs, NamedModule function, Function<Parameter, Optional<Tensor>> values) {
    return of(List.copyOf(inputs), function, name -> false, Map.of(), values);
  }

  private static Net of(
      List<Input> inputs,
      NamedModule function,
      Predicate<String> frozen,
      Map<String, Shape> shapes,
      Function<Parameter, Optional<Tensor>> values) {
    Net empty = new Net(inputs, function, frozen, shapes, Map.of(), Map.of(), Map.of());
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    // Layers that differ between the two may have parameters in one of them only, and training may
    // have more results: heads on the way to the last one.
    Map<String, Type.OfTensor> trained = empty.check(true, parameters);
    Map<String, Type.OfTensor> outputs = empty.check(false, parameters);
    if (!List.copyOf(trained.keySet())
        .subList(0, Math.min(outputs.size(), trained.size()))
        .equals(List.copyOf(outputs.keySet()))) {
      throw new GatunException(
          "net: results of training, "
              + trained.keySet()
              + ", must begin with those of inference, "
              + outputs.keySet());
    }
    Map<String, Tensor> weights = new LinkedHashMap<>();
    List<Parameter> open = new ArrayList<>();
    for (Parameter p : parameters.values()) {
      Optional<Tensor> given = values.apply(p);
      given.ifPresentOrElse(value -> weights.put(p.name(), value), () -> open.add(p));
      if (given.isPresent() && !given.get().type().equals(type(p))) {
        throw new ShapeException(
            "net: parameter '" + p.name() + "' is " + type(p) + ", got " + given.get().type());
      }
    }
    weights.putAll(initial(open, 0));
    return new Net(inputs, function, frozen, shapes, parameters, weights, outputs);
  }

  /** Results are called {@code y}, or {@code y0}, {@code y1}, ... if there are several. */
  private static NamedModule numbered(Module function) {
    return inputs -> {
      List<Flow> results = function.apply(List.copyOf(inputs.values()));
      Map<String, Flow> named = new LinkedHashMap<>();
      for (int i = 0; i < results.size(); i++) {
        named.put(results.size() == 1 ? "y" : "y" + i, results.get(i));
      }
      return named;
    };
  }

  private Map<String, Type.OfTensor> check(boolean training, Map<String, Parameter> found) {
    GraphBuilder b = new GraphBuilder("net");
    Function<Parameter, Value> values = p -> b.input(p.name(), type(p));
    Trace trace = new Trace(b, training, frozen, shapes, values, () -> key(b));
    Map<String, Type.OfTensor> types = new LinkedHashMap<>();
    results(inputs(trace, anyBatch()))
        .forEach((name, flow) -> types.put(name, flow.value().tensorType()));
    trace.parameters().forEach(found::putIfAbsent);
    return types;
  }

  private static Value key(GraphBuilder b) {
    return b.constant(Tensor.vector(0, 0));
  }

  private static Type.OfTensor type(Parameter parameter) {
    return new Type.OfTensor(parameter.dtype(), parameter.shape());
  }

  private List<Type.OfTensor> anyBatch() {
    return inputs.stream().map(i -> new Type.OfTensor(i.dtype(), i.batched())).toList();
  }

  private Map<String, Flow> inputs(Trace trace, List<Type.OfTensor> types) {
    Map<String, Flow> flows = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      flows.put(inputs.get(i).name(), trace.input(inputs.get(i).name(), types.get(i)));
    }
    return flows;
  }

  private Map<String, Flow> results(Map<String, Flow> flows) {
    Map<String, Flow> results = function.apply(java.util.Collections.unmodifiableMap(flows));
    if (results.isEmpty()) {
      throw new GatunException("net: the function must have a result");
    }
    return results;
  }

  private NetGraph run(Trace trace, List<Type.OfTensor> types) {
    Map<String, Flow> flows = inputs(trace, types);
    List<Flow> results = List.copyOf(results(flows).values());
    Map<String, Value> values = new LinkedHashMap<>();
    trace.parameters().keySet().forEach(name -> values.put(name, trace.known(name)));
    return new NetGraph(
        List.copyOf(flows.values()),
        results,
        values,
        trace.updates(),
        trace.penalties(),
        trace.probes(),
        trace.taps());
  }

  private static Map<String, Tensor> initial(Collection<Parameter> parameters, long seed) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Parameter p : parameters) {
      double[] values = p.initializer().values(p.shape(), Draws.of(seed, p.name()));
      if (values.length != p.elements()) {
        throw new ShapeException(
            "parameter '"
                + p.name()
                + "' "
                + p.shape()
                + ": its initializer gave "
                + values.length
                + " values, needed are "
                + p.elements());
      }
      weights.put(p.name(), Tensor.rounded(p.dtype(), p.shape(), values));
    }
    return weights;
  }

  /** Writes the network into a graph for batches of any size; see the other form. */
  public NetGraph write(
      GraphBuilder b, boolean training, Function<Parameter, Value> values, Supplier<Value> key) {
    return write(b, anyBatch(), training, values, key);
  }

  /**
   * Writes the network into a graph.
   *
   * @param types of the inputs, with the batch
   * @param training whether dropout drops, batch norm uses the batch, and so on
   * @param values the graph's value of a parameter or buffer
   * @param key a value i64 [2] for random layers: seed and number of the draw
   */
  public NetGraph write(
      GraphBuilder b,
      List<Type.OfTensor> types,
      boolean training,
      Function<Parameter, Value> values,
      Supplier<Value> key) {
    return write(b, types, training, values, key, Optional.empty());
  }

  /**
   * As above.
   *
   * @param products type to which operands and results of products are rounded, if to any
   */
  public NetGraph write(
      GraphBuilder b,
      List<Type.OfTensor> types,
      boolean training,
      Function<Parameter, Value> values,
      Supplier<Value> key,
      Optional<DType> products) {
    return run(new Trace(b, training, frozen, shapes, values, key, products), types);
  }

  /** The network with first weights of another seed; the same seed gives the same ones. */
  public Net initialize(long seed) {
    return new Net(
        inputs, function, frozen, shapes, parameters, initial(parameters.values(), seed), outputs);
  }

  /**
   * The network with other weights.
   *
   * @param values for any of the parameters and buffers; the others keep theirs
   * @throws ShapeException if a name is unknown or a type does not fit; all problems are in the
   *     message
   */
  public Net withWeights(Map<String, Tensor> values) {
    List<String> problems = new ArrayList<>();
    for (String name : new TreeSet<>(values.keySet())) {
      Parameter parameter = parameters.get(name);
      Tensor value = values.get(name);
      if (parameter == null) {
        problems.add("there is no parameter '" + name + "'");
      } else if (value == null || !value.type().equals(type(parameter))) {
        problems.add(
            "parameter '"
                + name
                + "' is "
                + type(parameter)
                + ", got "
                + (value == null ? "nothing" : value.type()));
      }
    }
    if (!problems.isEmpty()) {
      throw new ShapeException("net: " + String.join("; ", problems));
    }
    Map<String, Tensor> all = new LinkedHashMap<>(weights);
    all.putAll(values);
    return new Net(inputs, function, frozen, shapes, parameters, all, outputs);
  }

  /**
   * The same function of parameters of other sizes, as pruning leaves them: a layer whose weight
   * has fewer rows than it asks for has fewer units, and what follows takes what it is given.
   *
   * @param values for any of the parameters and buffers; the others keep theirs
   * @throws ShapeException if a name is unknown, a type or number of axes is another, or the sizes
   *     do not go together; names the layer and the shapes
   */
  public Net resized(Map<String, Tensor> values) {
    Map<String, Tensor> all = new LinkedHashMap<>(weights);
    Map<String, Shape> sizes = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          Parameter p = parameters.get(name);
          if (p == null || value.dtype() != p.dtype() || value.shape().rank() != p.shape().rank()) {
            throw new ShapeException(
                "net: "
                    + (p == null ? "there is no parameter" : type(p) + " is the parameter")
                    + " '"
                    + name
                    + "', got "
                    + value.type());
          }
          all.put(name, value);
        });
    all.forEach((name, value) -> sizes.put(name, value.shape()));
    return of(inputs, function, frozen, sizes, p -> Optional.ofNullable(all.get(p.name())));
  }

  /**
   * The network with some parameters frozen: training leaves them (and running statistics of the
   * same layers) bit for bit as they are, and computes no gradients for them.
   *
   * @param prefixes names or beginnings of names, up to a dot: {@code "backbone"} or {@code
   *     "dense1.weight"}
   */
  public Net freeze(String... prefixes) {
    Predicate<String> more = named(prefixes);
    return frozen(frozen.or(more));
  }

  /** The network with some (or, without any prefix, all) parameters no longer frozen. */
  public Net unfreeze(String... prefixes) {
    return prefixes.length == 0
        ? frozen(name -> false)
        : frozen(frozen.and(named(prefixes).negate()));
  }

  private Net frozen(Predicate<String> which) {
    Map<String, Parameter> changed = new LinkedHashMap<>();
    for (Parameter p : parameters.values()) {
      changed.put(
          p.name(),
          new Parameter(
              p.name(),
              p.dtype(),
              p.shape(),
              p.initializer(),
              p.buffer(),
              which.test(p.name()),
              p.decays()));
    }
    return new Net(inputs, function, which, shapes, changed, weights, outputs);
  }

  private Predicate<String> named(String... prefixes) {
    List<String> wanted = List.of(prefixes);
    for (String prefix : wanted) {
      if (parameters.keySet().stream().noneMatch(name -> isIn(name, prefix))) {
        throw new GatunException(
            "net: no parameter is called '"
                + prefix
                + "' or begins with it; there are "
                + parameters.keySet());
      }
    }
    return name -> wanted.stream().anyMatch(prefix -> isIn(name, prefix));
  }

  private static boolean isIn(String name, String prefix) {
    return name.equals(prefix) || name.startsWith(prefix + ".");
  }

  /** Inputs of one sample. */
  public List<Input> inputs() {
    return inputs;
  }

  /** Types of the outputs; the batch is of unknown size. */
  public List<Type.OfTensor> outputs() {
    return List.copyOf(outputs.values());
  }

  /** Names of the outputs: the function's, or else {@code y}, or {@code y0}, {@code y1}, ... */
  public List<String> outputNames() {
    return List.copyOf(outputs.keySet());
  }

  /** Parameters and buffers in the order in which layers appear. */
  public List<Parameter> parameters() {
    return List.copyOf(parameters.values());
  }

  /** Values of parameters and buffers by name. */
  public Map<String, Tensor> weights() {
    return Collections.unmodifiableMap(weights);
  }

  /** The value of a parameter or buffer. */
  public Tensor weight(String name) {
    Tensor value = weights.get(name);
    if (value == null) {
      throw new GatunException(
          "net: there is no parameter '" + name + "'; there are " + weights.keySet());
    }
    return value;
  }

  /** Number of elements of all parameters, buffers left out. */
  public long parameterCount() {
    long count = 0;
    for (Parameter p : parameters.values()) {
      count += p.buffer() ? 0 : p.elements();
    }
    return count;
  }

  /** The network for inference: an ordinary graph whose weights are constants. */
  public Model model() {
    GraphBuilder b = new GraphBuilder("net");
    Function<Parameter, Value> values = p -> b.constant(p.name(), weight(p.name()));
    NetGraph net = write(b, false, values, () -> key(b));
    List<String> names = outputNames();
    for (int i = 0; i < names.size(); i++) {
      b.output(names.get(i), net.outputs().get(i).value());
    }
    return new Model(b.build(), Map.of(), Map.of("producer", "gatun"));
  }

  /** A table of parameters, for people. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (Parameter p : parameters.values()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-40s %-20s %12d%s%n",
              p.name(),
              p.shape(),
              p.elements(),
              (p.buffer() ? " buffer" : "") + (p.frozen() ? " frozen" : "")));
    }
    return text.append(
            String.format(Locale.ROOT, "%d parameters, outputs %s%n", parameterCount(), outputs()))
        .toString();
  }
}
