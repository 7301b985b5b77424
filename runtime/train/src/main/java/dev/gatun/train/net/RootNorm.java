package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.RmsNorm;
import dev.gatun.core.tensor.Shape;

/** Root-mean-square normalization of the last axis (Zhang and Sennrich 2019). */
record RootNorm(double epsilon) implements Layer {
  @Override
  public String label() {
    return "rmsNorm";
  }

  @Override
  public Flow apply(Flow x) {
    Flow scale = x.parameter("scale", Shape.of(x.size(-1)), Initializers.ones());
    return x.op(RmsNorm.OP, Attrs.of("epsilon", epsilon), scale);
  }
}
