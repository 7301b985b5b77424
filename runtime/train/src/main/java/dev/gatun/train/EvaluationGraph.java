package dev.gatun.train;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.NetGraph;
import dev.gatun.train.net.Parameter;
import java.util.Optional;

/** The graph of inference with parameters as inputs, so that it need not be compiled again. */
final class EvaluationGraph {
  /** Outputs only. */
  static Graph predictions(Recipe recipe) {
    GraphBuilder b = new GraphBuilder("prediction");
    outputs(recipe, b);
    return b.build();
  }

  /** Outputs and the loss. */
  static Graph loss(Recipe recipe, boolean weighted) {
    GraphBuilder b = new GraphBuilder("evaluation");
    NetGraph net = outputs(recipe, b);
    Optional<Type.OfTensor> weights =
        weighted ? Optional.of(Type.tensor(DType.F32, Shape.of(Shape.UNKNOWN))) : Optional.empty();
    LossGraph loss = LossGraph.of(b, recipe.objective(), net, StepGraph::batched, weights);
    b.output(StepGraph.LOSS, loss.loss().value());
    return b.build();
  }

  private static NetGraph outputs(Recipe recipe, GraphBuilder b) {
    NetGraph net =
        recipe
            .net()
            .write(b, false, p -> parameter(recipe, b, p), () -> b.constant(Tensor.vector(0, 0)));
    LossGraph.outputs(b, recipe.net().outputNames(), net);
    return net;
  }

  private static Value parameter(Recipe recipe, GraphBuilder b, Parameter p) {
    return p.frozen()
        ? b.constant(p.name(), recipe.net().weight(p.name()))
        : b.input(StepGraph.PARAMETER + p.name(), Type.tensor(p.dtype(), p.shape()));
  }

  private EvaluationGraph() {}
}
