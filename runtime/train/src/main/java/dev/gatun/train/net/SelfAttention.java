package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Attention;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;

/**
 * Multi-head self-attention (Vaswani and others 2017) over [N, T, C]: {@code projection} [3 C, C]
 * (queries, keys, values) and {@code projectionBias}, {@code output} [C, C] and {@code outputBias},
 * as PyTorch packs them.
 *
 * @param causal whether a position sees only those up to itself
 */
public record SelfAttention(long heads, boolean causal) implements Layer {
  public SelfAttention {
    if (heads < 1) {
      throw new GatunException("attention: there must be at least one head, got " + heads);
    }
  }

  /** Positions see only those up to themselves. */
  public SelfAttention masked() {
    return new SelfAttention(heads, true);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() != 3 || x.size(2) % heads != 0) {
      throw new GatunException(
          "needs [batch, time, width] whose width divides into " + heads + " heads");
    }
    long width = x.size(2);
    Flow all =
        x.matmulTransposed(
                x.parameter("projection", Shape.of(3 * width, width), Initializers.xavierUniform()))
            .add(x.parameter("projectionBias", Shape.of(3 * width), Initializers.zeros()));
    var parts = all.split(2, 3);
    Attrs attrs = Attrs.of("causal", causal);
    Flow y =
        heads(parts.get(0), width)
            .op(Attention.OP, attrs, heads(parts.get(1), width), heads(parts.get(2), width))
            .transpose(0, 2, 1, 3)
            .reshape(0, 0, width);
    return y.matmulTransposed(x.parameter("output", Shape.of(width, width), Initializers.fanIn()))
        .add(x.parameter("outputBias", Shape.of(width), Initializers.zeros()));
  }

  /** [N, T, C] to [N, H, T, C / H]. */
  private Flow heads(Flow x, long width) {
    return x.reshape(0, 0, heads, width / heads).transpose(0, 2, 1, 3);
  }
}
