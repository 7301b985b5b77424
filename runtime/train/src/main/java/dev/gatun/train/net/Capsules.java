package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Einsum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;

/**
 * Capsules with routing by agreement (Sabour and others 2017): [N, I, D] to [N, count, width]; a
 * capsule's length, below 1, is the probability that what it stands for is there. {@code weight}
 * [I, count, width, D] makes each lower capsule's predictions.
 */
public record Capsules(long count, long width, int iterations) implements Layer {
  private static final double EPSILON = 1e-8;

  public Capsules {
    if (count < 1 || width < 1 || iterations < 1) {
      throw new GatunException("capsules: count, width and iterations must be positive");
    }
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() != 3) {
      throw new GatunException("needs [batch, capsules, width], got " + x.shape());
    }
    Flow weight =
        x.parameter(
            "weight",
            Shape.of(x.size(1), count, width, x.size(2)),
            Initializers.normal(0, 1 / Math.sqrt((double) x.size(2))));
    return route(einsum("bid,iokd->biok", x, weight), iterations);
  }

  /** Predictions [N, in, out, width] to capsules [N, out, width]. */
  static Flow route(Flow predictions, int iterations) {
    // Equal shares first.
    Flow agreement = predictions.sum(3).mul(0);
    Flow y = squash(einsum("bio,biod->bod", agreement.softmax(2), predictions));
    for (int i = 1; i < iterations; i++) {
      agreement = agreement.add(einsum("biod,bod->bio", predictions, y));
      y = squash(einsum("bio,biod->bod", agreement.softmax(2), predictions));
    }
    return y;
  }

  /** Vectors along the last axis with their lengths brought below 1: n^2 / (1 + n^2). */
  public static Flow squash(Flow x) {
    Flow square = x.square().sumKept(-1);
    return x.mul(square.div(square.add(1)).div(square.add(EPSILON).sqrt()));
  }

  private static Flow einsum(String equation, Flow a, Flow b) {
    return a.op(Einsum.OP, Attrs.of("equation", equation), b);
  }
}
