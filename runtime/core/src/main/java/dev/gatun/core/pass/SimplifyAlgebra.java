package dev.gatun.core.pass;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.op.Conv;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Folds an inference batch norm into the weights and bias of the convolution before it.
 *
 * <p>With s = scale / sqrt(var + epsilon): w' = w * s and b' = (b - mean) * s + bias, an output
 * channel each.
 */
final class SimplifyAlgebra implements Simplify.Nested {
  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (node.op() != BatchNorm.OP || node.outputs().size() != 1) {
      return Optional.empty();
    }
    Optional<Node> producer = inputs.get(0).producer().filter(p -> p.op() == Conv.OP);
    if (producer.isEmpty()) {
      return Optional.empty();
    }
    Node conv = producer.get();
    List<Tensor> params = new ArrayList<>();
    for (int i = 1; i < 5; i++) {
      if (inputs.get(i).constant().isEmpty()) {
        return Optional.empty();
      }
      params.add(inputs.get(i).constant().get());
    }
    Optional<Tensor> weight = conv.input(1).constant();
    Optional<Tensor> oldBias = conv.has(2) ? conv.input(2).constant() : Optional.empty();
    if (weight.isEmpty()
        || conv.has(2) && oldBias.isEmpty()
        || weight.get().dtype() != DType.F32
        || !node.attrs().text("layout").equals(conv.attrs().text("layout"))) {
      return Optional.empty();
    }
    int channels = Math.toIntExact(weight.get().shape().size(0));
    double epsilon = node.attrs().real("epsilon");
    float[] w = weight.get().toFloats();
    float[] bias = new float[channels];
    int each = channels == 0 ? 0 : w.length / channels;
    for (int c = 0; c < channels; c++) {
      double s = params.get(0).getDouble(c) / Math.sqrt(params.get(3).getDouble(c) + epsilon);
      for (int i = c * each; i < (c + 1) * each; i++) {
        w[i] = (float) (w[i] * s);
      }
      int channel = c;
      double before = oldBias.map(t -> t.getDouble(channel)).orElse(0.0);
      bias[c] = (float) ((before - params.get(2).getDouble(c)) * s + params.get(1).getDouble(c));
    }
    Value newWeight = b.constant(conv.input(1).name(), Tensor.of(w, weight.get().shape().sizes()));
    Value newBias = b.constant(node.name() + ".bias", Tensor.of(bias, Shape.of(channels).sizes()));
    return Optional.of(
        b.add(
            Conv.OP,
            conv.attrs(),
            List.of(conv.input(0), newWeight, newBias),
            1,
            conv.name(),
            List.of(node.output().name())));
  }
}
