package dev.gatun.train;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * How a number that follows from a network's outputs changes with its inputs: for saliency maps and
 * adversarial samples. The net is that of inference and its weights are constants, so no gradient
 * of theirs is computed.
 */
public final class InputGradient implements AutoCloseable {
  private final Net net;
  private final Function<List<Flow>, Flow> number;
  private final SessionOptions options;
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /**
   * Compiles nothing before the first inputs.
   *
   * @param number from the outputs of the net: one number for the whole batch
   */
  public InputGradient(Net net, Function<List<Flow>, Flow> number, SessionOptions options) {
    this.net = net;
    this.number = number;
    this.options = options;
  }

  /** The graph for inputs of these types. */
  Graph graph(Map<String, Tensor> inputs) {
    GraphBuilder b = new GraphBuilder("input gradient");
    List<Type.OfTensor> types = new ArrayList<>();
    net.inputs()
        .forEach(input -> types.add(Objects.requireNonNull(inputs.get(input.name())).type()));
    NetGraph written =
        net.write(
            b,
            types,
            false,
            p -> b.constant(p.name(), net.weight(p.name())),
            () -> b.constant(Tensor.vector(0, 0)));
    Flow result = number.apply(written.outputs());
    List<Value> wrt = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      if (types.get(i).dtype().isFloat()) {
        wrt.add(written.inputs().get(i).value());
        names.add(net.inputs().get(i).name());
      }
    }
    List<Value> gradients = Gradients.of(b, result.value(), wrt);
    for (int i = 0; i < names.size(); i++) {
      b.output(names.get(i) + " gradient", gradients.get(i));
    }
    return b.build();
  }

  /** The gradient of each floating input, by the input's name. */
  public Map<String, Tensor> at(Map<String, Tensor> batch) {
    Map<String, Tensor> inputs = Feeder.feed(batch, net.inputs());
    StringBuilder key = new StringBuilder();
    inputs.forEach((name, value) -> key.append(value.type()));
    Session session =
        sessions.computeIfAbsent(
            key.toString(), types -> new Model(graph(inputs), Map.of(), Map.of()).compile(options));
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    try (Outputs outputs = session.run(inputs)) {
      for (Input input : net.inputs()) {
        if (input.dtype().isFloat()) {
          Tensor gradient = outputs.get(input.name() + " gradient");
          gradients.put(
              input.name(),
              Tensor.rounded(gradient.dtype(), gradient.shape(), gradient.toDoubles()));
        }
      }
    }
    return gradients;
  }

  @Override
  public void close() {
    sessions.values().forEach(Session::close);
  }
}
