package dev.gatun.models.part;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;

/** A batch norm that never changes: scale, bias and statistics are buffers. */
public record FrozenNorm(double epsilon) {
  /** A norm of its own each time this is applied. */
  public Flow fresh(Flow x) {
    Shape channels = Shape.of(x.size(1));
    return x.op(
        BatchNorm.OP,
        Attrs.of("epsilon", epsilon),
        x.buffer("weight", channels, 1),
        x.buffer("bias", channels, 0),
        x.buffer("running_mean", channels, 0),
        x.buffer("running_var", channels, 1));
  }
}
