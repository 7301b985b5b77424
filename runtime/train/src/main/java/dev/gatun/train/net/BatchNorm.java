package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.BatchNormTrain;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Batch normalization (Ioffe and Szegedy 2015) of axis 1: (x - mean) / sqrt(variance + epsilon) *
 * {@code weight} + {@code bias}.
 *
 * <p>Training uses the statistics of the batch (the biased variance) and moves the buffers {@code
 * running_mean} and {@code running_var} (the unbiased one) towards them; inference uses the
 * buffers, and so does training where the layer is frozen.
 *
 * @param momentum the part of the batch's statistics in the running ones
 * @param affine whether there are scale and bias
 */
public record BatchNorm(double momentum, double epsilon, boolean affine) implements Layer {
  /** Another momentum. */
  public BatchNorm momentum(double value) {
    return new BatchNorm(value, epsilon, affine);
  }

  /** Another epsilon. */
  public BatchNorm epsilon(double value) {
    return new BatchNorm(momentum, value, affine);
  }

  /** Without scale and bias. */
  public BatchNorm withoutScale() {
    return new BatchNorm(momentum, epsilon, false);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() < 2) {
      throw new GatunException("needs [batch, channels, ...]");
    }
    Shape channels = Shape.of(x.size(1));
    Flow scale = affine ? x.parameter("weight", channels, Initializers.ones()) : filled(x, 1);
    Flow bias = affine ? x.parameter("bias", channels, Initializers.zeros()) : filled(x, 0);
    Flow mean = x.buffer("running_mean", channels, 0);
    Flow variance = x.buffer("running_var", channels, 1);
    Attrs attrs = Attrs.of("epsilon", epsilon);
    if (!x.training() || x.isFrozen("running_mean")) {
      return x.op(dev.gatun.core.op.BatchNorm.OP, attrs, scale, bias, mean, variance);
    }
    List<Value> args = List.of(x.value(), scale.value(), bias.value());
    List<Value> results = x.graph().add(BatchNormTrain.OP, attrs, args, 3, "");
    Flow count = count(x);
    Flow unbiased = x.with(results.get(2)).stop().mul(count.div(count.sub(1).max(1)));
    x.update("running_mean", blend(mean, x.with(results.get(1)).stop()));
    x.update("running_var", blend(variance, unbiased));
    return x.with(results.get(0));
  }

  private Flow blend(Flow old, Flow fresh) {
    return old.mul(1 - momentum).add(fresh.mul(momentum));
  }

  /** How many elements a channel has in the batch. */
  private static Flow count(Flow x) {
    double positions = 1;
    for (int i = 2; i < x.rank(); i++) {
      positions *= x.size(i);
    }
    Flow batch = x.sizes().slice(0, 0, 1).cast(x.dtype());
    return batch.mul(positions);
  }

  private static Flow filled(Flow x, float value) {
    float[] values = new float[Math.toIntExact(x.size(1))];
    Arrays.fill(values, value);
    return x.constant(Tensor.of(values, values.length));
  }
}
