package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Attention;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.Optional;

/** What self-attention and cross-attention share: everything but where keys come from. */
final class Heads {
  /** Refuses what does not divide into heads. */
  static void check(Flow x, long heads) {
    if (x.rank() != 3 || x.size(2) % heads != 0) {
      throw new GatunException(
          "needs [batch, time, width] whose width divides into " + heads + " heads");
    }
  }

  /**
   * Attention of projected queries [N, T, C] to keys and values [N, S, C], with the projection of
   * its result.
   *
   * @param x where parameters are asked for
   * @param seen booleans [N, S]: which keys count
   */
  static Flow attend(
      Flow x,
      Flow q,
      Flow k,
      Flow v,
      long heads,
      boolean causal,
      AttentionPositions positions,
      Optional<Flow> seen) {
    long width = q.size(2);
    Flow queries = positions.turn(split(q, heads));
    Flow keys = positions.turn(split(k, heads));
    Attrs attrs = Attrs.of("causal", causal);
    Optional<Flow> bias = positions.bias(x, queries, keys, causal);
    Optional<Flow> mask = seen.map(flow -> flow.unsqueeze(1, 2));
    Optional<Flow> both =
        bias.isPresent() && mask.isPresent()
            ? bias.map(b -> b.where(mask.get(), b.number(Double.NEGATIVE_INFINITY)))
            : bias.or(() -> mask);
    Flow values = split(v, heads);
    Flow y =
        both.map(m -> queries.op(Attention.OP, attrs, keys, values, m))
            .orElseGet(() -> queries.op(Attention.OP, attrs, keys, values))
            .transpose(0, 2, 1, 3)
            .reshape(0, 0, width);
    return y.matmulTransposed(
            x.parameter("out_proj.weight", Shape.of(width, width), Initializers.fanIn()))
        .add(x.parameter("out_proj.bias", Shape.of(width), Initializers.zeros()));
  }

  /** [N, T, C] to [N, H, T, C / H]. */
  private static Flow split(Flow x, long heads) {
    return x.reshape(0, 0, heads, x.size(2) / heads).transpose(0, 2, 1, 3);
  }

  private Heads() {}
}
