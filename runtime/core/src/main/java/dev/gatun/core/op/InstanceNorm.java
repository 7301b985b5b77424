package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import java.util.List;

/**
 * instanceNorm(x [N, C, S...], scale [C], bias [C]): {@link GroupNorm} with a group for every
 * channel (Ulyanov and others 2016).
 */
public final class InstanceNorm {
  public static final OpDef OP =
      OpDef.named("instanceNorm")
          .inputs(3)
          .attr("epsilon", 1e-5)
          .attr("layout", "NCHW")
          .types(
              in -> {
                BatchNorm.requireChannels(in, 1);
                BatchNorm.requireChannels(in, 2);
                return List.of(in.tensor(0));
              })
          .reference(in -> GroupNorm.run(in, 1))
          .decompose(
              (b, in) -> GroupNorm.build(b, in, Planes.of(in.shape(0), in.attrs()).channels()))
          .define();

  private InstanceNorm() {}
}
