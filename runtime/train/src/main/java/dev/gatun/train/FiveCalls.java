package dev.gatun.train;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import dev.gatun.train.net.Parameter;
import dev.gatun.train.optim.Optimizer;
import dev.gatun.train.optim.Slot;
import dev.gatun.train.optim.StepInputs;
import dev.gatun.train.optim.Update;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Training by five calls in a loop of one's own: {@link #zeroGradients}, {@link #forward}, {@link
 * #loss}, {@link #backward}, {@link #step}. Gradients add up until they are cleared, and can be
 * looked at and changed in between. For nets without random layers and running statistics; a {@link
 * Trainer} does all in one graph and is faster.
 */
public final class FiveCalls implements AutoCloseable {
  private final Net net;
  private final Objective objective;
  private final Optimizer optimizer;
  private final List<Parameter> trained = new ArrayList<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Map<String, Tensor> slots = new LinkedHashMap<>();
  private final Map<String, double[]> gradients = new LinkedHashMap<>();
  private final Map<String, Session> passes = new LinkedHashMap<>();
  private final Session update;
  private Map<String, Tensor> batch = Map.of();
  private Map<String, Tensor> outputs = Map.of();

  /** Takes over the net's weights. */
  public FiveCalls(Net net, Objective objective, Optimizer optimizer) {
    this.net = net;
    this.objective = objective;
    this.optimizer = optimizer;
    for (Parameter p : net.parameters()) {
      if (p.buffer()) {
        throw new TrainingException(
            "five calls: '" + p.name() + "' is a running statistic; use a Trainer");
      }
      if (!p.frozen()) {
        trained.add(p);
        weights.put(p.name(), net.weight(p.name()));
        for (Slot slot : optimizer.slots()) {
          slots.put(slot.name() + "/" + p.name(), slot.start(p.shape()));
        }
      }
    }
    slots.put("step", Tensor.scalar(DType.F64, 0));
    update = compile(updateGraph());
    zeroGradients();
  }

  private static Session compile(GraphBuilder b) {
    return new Model(b.build(), Map.of(), Map.of()).compile(SessionOptions.DEFAULT);
  }

  private GraphBuilder updateGraph() {
    GraphBuilder b = new GraphBuilder("update");
    Flow count = Flow.of(b, b.input("step", Type.tensor(DType.F64, Shape.SCALAR))).add(1);
    b.output("step", count.value());
    Flow rate = count.with(b.input(StepGraph.RATE, Type.tensor(DType.F32, Shape.SCALAR)));
    for (Parameter p : trained) {
      Flow before = count.with(b.input(p.name(), Type.tensor(p.dtype(), p.shape())));
      Flow gradient = count.with(b.input("gradient/" + p.name(), before.value().tensorType()));
      List<Flow> remembered = new ArrayList<>();
      for (Slot slot : optimizer.slots()) {
        String name = slot.name() + "/" + p.name();
        remembered.add(count.with(b.input(name, slot.start(p.shape()).type())));
      }
      double decay = p.decays() ? optimizer.weightDecay() : 0;
      Update after =
          optimizer.step(
              new Update(before, remembered), gradient, new StepInputs(rate, count, decay));
      b.output(p.name(), after.parameter().value());
      for (int i = 0; i < remembered.size(); i++) {
        b.output(optimizer.slots().get(i).name() + "/" + p.name(), after.slot(i).value());
      }
    }
    return b;
  }

  private GraphBuilder passGraph(Map<String, Tensor> fields, boolean backward) {
    GraphBuilder b = new GraphBuilder(backward ? "backward" : "forward");
    List<Type.OfTensor> types =
        net.inputs().stream().map(input -> field(fields, input.name()).type()).toList();
    NetGraph written =
        net.write(
            b,
            types,
            true,
            p ->
                p.frozen()
                    ? b.constant(p.name(), net.weight(p.name()))
                    : b.input(p.name(), Type.tensor(p.dtype(), p.shape())),
            () -> {
              throw new TrainingException("five calls: there are random layers; use a Trainer");
            });
    LossGraph loss =
        LossGraph.of(
            b,
            objective,
            written,
            target -> Type.tensor(target.dtype(), field(fields, target.name()).shape()),
            Optional.empty());
    b.output(StepGraph.LOSS, loss.loss().value());
    if (!backward) {
      LossGraph.outputs(b, net.outputNames(), written);
      return b;
    }
    List<Value> wrt = new ArrayList<>();
    for (Parameter p : trained) {
      Value value = written.parameters().get(p.name());
      if (value == null) {
        throw new TrainingException("five calls: parameter '" + p.name() + "' is not used");
      }
      wrt.add(value);
    }
    List<Value> found = Gradients.of(b, loss.loss().value(), wrt);
    for (int i = 0; i < found.size(); i++) {
      b.output("gradient/" + trained.get(i).name(), found.get(i));
    }
    return b;
  }

  private static Tensor field(Map<String, Tensor> fields, String name) {
    Tensor field = fields.get(name);
    if (field == null) {
      throw new TrainingException(
          "five calls: the batch has no field '" + name + "', only " + fields.keySet());
    }
    return field;
  }

  private Map<String, Tensor> pass(boolean backward) {
    StringBuilder key = new StringBuilder(backward ? "backward" : "forward");
    batch.forEach((name, value) -> key.append(name).append(value.type()));
    Session session =
        passes.computeIfAbsent(key.toString(), k -> compile(passGraph(batch, backward)));
    Map<String, Tensor> inputs = new LinkedHashMap<>(weights);
    inputs.putAll(batch);
    inputs.keySet().retainAll(session.inputs().keySet());
    Map<String, Tensor> results = new LinkedHashMap<>();
    Outputs all = session.run(inputs);
    all.asMap().forEach((name, datum) -> results.put(name, (Tensor) datum));
    return results;
  }

  /** Forgets the gradients so far; without it they add up. */
  public void zeroGradients() {
    trained.forEach(p -> gradients.put(p.name(), new double[Math.toIntExact(p.elements())]));
  }

  /** Computes outputs and loss of a batch: inputs of the net and targets of the loss. */
  public Map<String, Tensor> forward(Map<String, Tensor> fields) {
    batch = Map.copyOf(fields);
    outputs = pass(false);
    return outputs;
  }

  /** The loss of the batch. */
  public double loss() {
    Tensor loss = outputs.get(StepGraph.LOSS);
    if (loss == null) {
      throw new TrainingException("five calls: forward comes before loss");
    }
    return loss.getDouble(0);
  }

  /** Adds the gradients of the batch's loss to those that are there. */
  public void backward() {
    if (batch.isEmpty()) {
      throw new TrainingException("five calls: forward comes before backward");
    }
    Map<String, Tensor> found = pass(true);
    gradients.forEach(
        (name, sum) -> {
          Tensor gradient = found.get("gradient/" + name);
          for (int i = 0; gradient != null && i < sum.length; i++) {
            sum[i] += gradient.getDouble(i);
          }
        });
  }

  /** The gradient of a parameter as it has added up: changes count. */
  public double[] gradient(String parameter) {
    double[] gradient = gradients.get(parameter);
    if (gradient == null) {
      throw new TrainingException(
          "five calls: no parameter '" + parameter + "' is trained, only " + gradients.keySet());
    }
    return gradient;
  }

  /** Changes the weights by the gradients. */
  public void step() {
    Map<String, Tensor> inputs = new LinkedHashMap<>(weights);
    inputs.putAll(slots);
    inputs.put(StepGraph.RATE, Tensor.scalar(DType.F32, optimizer.rate()));
    for (Parameter p : trained) {
      Tensor gradient = Tensor.rounded(p.dtype(), p.shape(), gradient(p.name()));
      inputs.put("gradient/" + p.name(), gradient);
    }
    inputs.keySet().retainAll(update.inputs().keySet());
    Outputs after = update.run(inputs);
    weights.replaceAll((name, before) -> after.get(name));
    slots.replaceAll((name, before) -> after.get(name));
  }

  /** The net with the weights as they are now. */
  public Net net() {
    return net.withWeights(weights);
  }

  @Override
  public void close() {
    passes.values().forEach(Session::close);
    update.close();
  }
}
