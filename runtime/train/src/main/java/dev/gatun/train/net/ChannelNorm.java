package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.GroupNorm;
import dev.gatun.core.op.InstanceNorm;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;

/**
 * Group normalization (Wu and He 2018) of [N, C, S...], or instance normalization with 0 groups:
 * one for each channel.
 */
public record ChannelNorm(long groups, double epsilon) implements Layer {
  /** Another epsilon. */
  public ChannelNorm epsilon(double value) {
    return new ChannelNorm(groups, value);
  }

  @Override
  public String label() {
    return groups == 0 ? "instanceNorm" : "groupNorm";
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() < 3 || groups > 0 && x.size(1) % groups != 0) {
      throw new GatunException(
          "needs [batch, channels, positions...] whose channels divide into "
              + groups
              + " groups, got "
              + x.shape());
    }
    Shape channels = Shape.of(x.size(1));
    Flow scale = x.parameter("weight", channels, Initializers.ones());
    Flow bias = x.parameter("bias", channels, Initializers.zeros());
    Attrs attrs = Attrs.of("epsilon", epsilon);
    return groups == 0
        ? x.op(InstanceNorm.OP, attrs, scale, bias)
        : x.op(GroupNorm.OP, attrs.with("groups", groups), scale, bias);
  }
}
