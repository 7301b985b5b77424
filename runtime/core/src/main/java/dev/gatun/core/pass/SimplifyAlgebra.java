package dev.gatun.core.pass;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.op.Conv;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Folds an inference batch norm into the weights and bias of the convolution before it.
 *
 * <p>With s = scale / sqrt(var + epsilon): w' = w * s and b' = (b - mean) * s + bias, an output
 * channel each. The weights are computed when they are packed, so that a network is never held
 * twice.
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
    double[] scale = new double[channels];
    float[] bias = new float[channels];
    for (int c = 0; c < channels; c++) {
      double s = params.get(0).getDouble(c) / Math.sqrt(params.get(3).getDouble(c) + epsilon);
      double before = oldBias.isPresent() ? oldBias.get().getDouble(c) : 0.0;
      scale[c] = s;
      bias[c] = (float) ((before - params.get(2).getDouble(c)) * s + params.get(1).getDouble(c));
    }
    Tensor scaled =
        Tensor.computed(DType.F32, weight.get().shape(), new ScaledChannels(weight.get(), scale));
    Value newWeight = b.constant(conv.input(1).name(), scaled);
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

  /** Weights times a number for each output channel. */
  private static final class ScaledChannels implements Recipe {
    private final Tensor weight;
    private final double[] scale;

    ScaledChannels(Tensor weight, double[] scale) {
      this.weight = weight;
      this.scale = scale;
    }

    @Override
    public void write(MemorySegment to) {
      MemorySegment from = weight.data();
      long each = scale.length == 0 ? 0 : weight.elements() / scale.length;
      for (int c = 0; c < scale.length; c++) {
        for (long i = c * each; i < (c + 1) * each; i++) {
          float w = from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i);
          to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, (float) (w * scale[c]));
        }
      }
      weight.unload();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ScaledChannels recipe
          && weight.equals(recipe.weight)
          && Arrays.equals(scale, recipe.scale);
    }

    @Override
    public int hashCode() {
      return 31 * weight.hashCode() + Arrays.hashCode(scale);
    }
  }
}
