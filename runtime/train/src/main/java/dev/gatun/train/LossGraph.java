package dev.gatun.train;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.NetGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What graphs of training and evaluation share: the net's outputs by name, targets and weights of
 * samples as inputs, and the loss that follows from them.
 *
 * @param targets fields of a batch beside the net's inputs
 */
record LossGraph(Flow loss, List<Input> targets) {
  /**
   * Adds targets, weights and the loss.
   *
   * @param types the type of a target, with the batch
   * @param weights the type of the weights, if there are any
   */
  static LossGraph of(
      GraphBuilder b,
      Objective objective,
      NetGraph net,
      Function<Input, Type.OfTensor> types,
      Optional<Type.OfTensor> weights) {
    Flow any = net.outputs().get(0);
    List<Input> targets = objective.targets(net.outputs());
    List<Flow> given = new ArrayList<>();
    for (Input target : targets) {
      given.add(any.with(b.input(target.name(), types.apply(target))));
    }
    Optional<Flow> counts = weights.map(type -> any.with(b.input(StepGraph.WEIGHT, type)));
    return new LossGraph(objective.value(net.outputs(), given, counts), targets);
  }

  /** Makes the net's outputs those of the graph. */
  static void outputs(GraphBuilder b, List<String> names, NetGraph net) {
    for (int i = 0; i < names.size(); i++) {
      b.output(names.get(i), net.outputs().get(i).value());
    }
  }
}
