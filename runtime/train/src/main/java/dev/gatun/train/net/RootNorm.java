package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.RmsNorm;
import dev.gatun.core.tensor.Shape;

/** Root-mean-square normalization of the last axis (Zhang and Sennrich 2019). */
public record RootNorm(double epsilon) implements Layer {
  /** Another epsilon. */
  public RootNorm epsilon(double value) {
    return new RootNorm(value);
  }

  @Override
  public String label() {
    return "rmsNorm";
  }

  @Override
  public Flow apply(Flow x) {
    Flow scale = x.parameter("weight", Shape.of(x.size(-1)), Initializers.ones());
    return x.op(RmsNorm.OP, Attrs.of("epsilon", epsilon), scale);
  }
}
