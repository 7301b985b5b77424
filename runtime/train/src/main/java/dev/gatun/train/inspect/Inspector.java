package dev.gatun.train.inspect;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import dev.gatun.train.net.Parameter;
import dev.gatun.train.net.Tap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network as in a training step, but with the outputs of every layer and their gradients as
 * results. It has a graph of its own, so that the training step is the same whether or not anybody
 * looks.
 */
public final class Inspector implements AutoCloseable {
  private static final String RANDOM = "random";
  private static final String WEIGHT = "weight";
  private static final String LOSS = "loss";
  private static final String LAYER_INPUT = "input/";
  private static final String LAYER_OUTPUT = "output/";
  private static final String LAYER_GRADIENT = "output gradient/";
  private static final String PARAMETER = "parameter/";
  private static final String GRADIENT = "gradient/";

  private final Net net;
  private final Objective objective;
  private final SessionOptions options;
  private @Nullable Program program;

  /** A graph for batches of one shape. */
  private record Program(
      Map<String, Type.OfTensor> types,
      List<Tap> taps,
      List<Parameter> parameters,
      Session session) {}

  /** Nothing is compiled before the first batch. */
  public Inspector(Net net, Objective objective, SessionOptions options) {
    this.net = net;
    this.objective = objective;
    this.options = options;
  }

  /**
   * Starts to look at batches with the same weights.
   *
   * @param weights values of all parameters and buffers that are not frozen
   * @param random seed and draw of random layers
   */
  public Gathering gather(Map<String, Tensor> weights, Tensor random) {
    return new Gathering(weights, random);
  }

  /** What some batches come to. */
  public final class Gathering {
    private final Map<String, Tensor> weights;
    private final Tensor random;
    private final Map<String, LayerTally> layers = new LinkedHashMap<>();
    private final Map<String, InputTally> fields = new LinkedHashMap<>();
    private final Map<String, Double> squares = new LinkedHashMap<>();
    private List<Parameter> parameters = List.of();
    private double loss;
    private int batches;

    private Gathering(Map<String, Tensor> weights, Tensor random) {
      this.weights = weights;
      this.random = random;
    }

    /** Adds a batch: inputs of the net, targets of the loss, maybe {@code weight}. */
    public Gathering add(Map<String, Tensor> batch) {
      Program current = program(batch);
      parameters = current.parameters;
      Map<String, Tensor> all = new LinkedHashMap<>(batch);
      weights.forEach((name, value) -> all.put(PARAMETER + name, value));
      all.put(RANDOM, random);
      all.keySet().retainAll(current.session.inputs().keySet());
      try (Outputs outputs = current.session.run(all)) {
        for (Tap tap : current.taps) {
          layers
              .computeIfAbsent(tap.layer(), name -> new LayerTally(tap))
              .add(
                  outputs.get(LAYER_INPUT + tap.layer()),
                  outputs.get(LAYER_OUTPUT + tap.layer()),
                  outputs.get(LAYER_GRADIENT + tap.layer()));
        }
        for (Parameter p : current.parameters) {
          squares.merge(p.name(), squares(outputs.get(GRADIENT + p.name())), Double::sum);
        }
        loss += outputs.get(LOSS).getDouble(0);
      }
      for (Input input : net.inputs()) {
        Tensor field = batch.get(input.name());
        if (field != null && input.dtype().isFloat()) {
          fields.computeIfAbsent(input.name(), InputTally::new).add(field);
        }
      }
      batches++;
      return this;
    }

    /**
     * The result.
     *
     * @param step number of the training step after which this is
     */
    public Inspection result(long step) {
      List<ParameterStatistics> all = new ArrayList<>();
      for (Parameter p : parameters) {
        Tensor value = weights.get(p.name());
        if (value != null) {
          double gradient = Math.sqrt(squares.getOrDefault(p.name(), 0.0) / batches);
          all.add(describe(p, value, gradient));
        }
      }
      return new Inspection(
          step,
          loss / batches,
          fields.values().stream().map(InputTally::result).toList(),
          layers.values().stream().map(LayerTally::result).toList(),
          all);
    }
  }

  private static ParameterStatistics describe(Parameter p, Tensor value, double gradient) {
    boolean uniform = value.elements() > 1;
    double first = value.getDouble(0);
    for (long i = 1; i < value.elements() && uniform; i++) {
      uniform = value.getDouble(i) == first;
    }
    int dot = p.name().lastIndexOf('.');
    return new ParameterStatistics(
        p.name(),
        dot < 0 ? p.name() : p.name().substring(0, dot),
        value.elements(),
        Math.sqrt(squares(value)),
        gradient,
        uniform,
        p.shape().rank() > 1,
        Double.NaN);
  }

  private static double squares(Tensor tensor) {
    double sum = 0;
    for (long i = 0; i < tensor.elements(); i++) {
      double x = tensor.getDouble(i);
      sum += x * x;
    }
    return sum;
  }

  /** The graph for a batch; that for the batch before is kept, most have the same shape. */
  private Program program(Map<String, Tensor> batch) {
    Map<String, Type.OfTensor> types = new LinkedHashMap<>();
    batch.forEach((name, tensor) -> types.put(name, tensor.type()));
    Program known = program;
    if (known != null && known.types.equals(types)) {
      return known;
    }
    if (known != null) {
      known.session.close();
    }
    program = compile(types);
    return program;
  }

  private Program compile(Map<String, Type.OfTensor> batch) {
    GraphBuilder b = new GraphBuilder("inspection");
    Value random = b.input(RANDOM, Type.tensor(DType.I64, Shape.of(2)));
    List<Type.OfTensor> inputs =
        net.inputs().stream().map(input -> required(batch, input.name())).toList();
    NetGraph written = net.write(b, inputs, true, p -> parameter(b, p), () -> random);
    Flow any = written.outputs().get(0);
    List<Flow> targets = new ArrayList<>();
    for (Input target : objective.targets(written.outputs())) {
      targets.add(any.with(b.input(target.name(), required(batch, target.name()))));
    }
    Type.OfTensor weight = batch.get(WEIGHT);
    Optional<Flow> weights =
        weight == null ? Optional.empty() : Optional.of(any.with(b.input(WEIGHT, weight)));
    Flow loss = objective.value(written.outputs(), targets, weights);
    for (Value penalty : written.penalties()) {
      loss = loss.add(any.with(penalty));
    }
    b.output(LOSS, loss.value());
    List<Tap> taps =
        written.taps().stream().filter(tap -> isReal(tap.input()) && isReal(tap.output())).toList();
    List<Parameter> trained =
        net.parameters().stream()
            .filter(p -> !p.buffer() && !p.frozen() && written.parameters().containsKey(p.name()))
            .toList();
    List<Value> wanted = new ArrayList<>();
    for (Parameter p : trained) {
      Value value = written.parameters().get(p.name());
      if (value != null) {
        wanted.add(value);
      }
    }
    taps.forEach(tap -> wanted.add(tap.output()));
    List<Value> gradients = Gradients.of(b, loss.value(), wanted);
    for (int i = 0; i < trained.size(); i++) {
      b.output(GRADIENT + trained.get(i).name(), gradients.get(i));
    }
    for (int i = 0; i < taps.size(); i++) {
      Tap tap = taps.get(i);
      b.output(LAYER_INPUT + tap.layer(), tap.input());
      b.output(LAYER_OUTPUT + tap.layer(), tap.output());
      b.output(LAYER_GRADIENT + tap.layer(), gradients.get(trained.size() + i));
    }
    Session session = new Model(b.build(), Map.of(), Map.of()).compile(options);
    return new Program(Map.copyOf(batch), taps, trained, session);
  }

  private static boolean isReal(Value value) {
    return value.tensorType().dtype().isFloat();
  }

  private static Type.OfTensor required(Map<String, Type.OfTensor> batch, String name) {
    Type.OfTensor type = batch.get(name);
    if (type == null) {
      throw new GatunException(
          "inspection: the batch has no field '" + name + "', only " + batch.keySet());
    }
    return type;
  }

  private Value parameter(GraphBuilder b, Parameter p) {
    return p.frozen()
        ? b.constant(p.name(), net.weight(p.name()))
        : b.input(PARAMETER + p.name(), Type.tensor(p.dtype(), p.shape()));
  }

  @Override
  public void close() {
    if (program != null) {
      program.session.close();
    }
  }
}
