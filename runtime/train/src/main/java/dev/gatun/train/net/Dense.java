package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * x W' + b over the last axis: {@code weight} [units, in], {@code bias} [units].
 *
 * @param bias whether there is one
 * @param weightInitializer by default evenly within 1 / sqrt(in)
 * @param biasInitializer by default as the weight
 */
public record Dense(
    long units, boolean bias, Initializer weightInitializer, @Nullable Initializer biasInitializer)
    implements Layer {
  public Dense {
    if (units < 1) {
      throw new GatunException("dense: there must be at least one unit, got " + units);
    }
  }

  /** Without a bias, as before a norm that has one. */
  public Dense withoutBias() {
    return new Dense(units, false, weightInitializer, biasInitializer);
  }

  /** Other first weights. */
  public Dense weights(Initializer initializer) {
    return new Dense(units, bias, initializer, biasInitializer);
  }

  /** Other first biases. */
  public Dense biases(Initializer initializer) {
    return new Dense(units, true, weightInitializer, initializer);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() < 2) {
      throw new GatunException("needs [batch, ..., features]");
    }
    long in = x.size(-1);
    Flow y = x.matmulTransposed(x.parameter("weight", Shape.of(units, in), weightInitializer));
    if (!bias) {
      return y;
    }
    Initializer first = biasInitializer == null ? Initializers.fanIn(in) : biasInitializer;
    return y.add(x.parameter("bias", Shape.of(units), first));
  }
}
