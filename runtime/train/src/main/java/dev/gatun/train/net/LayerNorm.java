package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Layer normalization (Ba, Kiros and Hinton 2016) of the last axes of each row: (x - mean) /
 * sqrt(variance + epsilon) * {@code weight} + {@code bias}.
 *
 * @param axes how many of the last axes are normalized together
 * @param affine whether there is a scale
 * @param bias whether there is a bias beside the scale
 */
public record LayerNorm(int axes, double epsilon, boolean affine, boolean bias) implements Layer {
  /** Normalizes this many of the last axes together. */
  public LayerNorm axes(int count) {
    return new LayerNorm(count, epsilon, affine, bias);
  }

  /** Another epsilon. */
  public LayerNorm epsilon(double value) {
    return new LayerNorm(axes, value, affine, bias);
  }

  /** Without scale and bias. */
  public LayerNorm withoutScale() {
    return new LayerNorm(axes, epsilon, false, false);
  }

  /** With a scale only. */
  public LayerNorm withoutBias() {
    return new LayerNorm(axes, epsilon, affine, false);
  }

  @Override
  public Flow apply(Flow x) {
    if (axes < 1 || axes >= x.rank()) {
      throw new GatunException("cannot normalize the last " + axes + " axes of " + x.shape());
    }
    Shape shape = Shape.of(Arrays.copyOfRange(x.shape().sizes(), x.rank() - axes, x.rank()));
    List<Value> args = new ArrayList<>(List.of(x.value()));
    if (affine) {
      args.add(
          x.trace()
              .parameter("weight", x.dtype(), shape, Initializers.ones(), false, false)
              .value());
    }
    if (affine && bias) {
      args.add(
          x.trace()
              .parameter("bias", x.dtype(), shape, Initializers.zeros(), false, false)
              .value());
    }
    Attrs attrs = Attrs.of("axis", -axes, "epsilon", epsilon);
    return x.with(x.graph().add(dev.gatun.core.op.LayerNorm.OP, attrs, args, 1, "").get(0));
  }
}
