package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import java.util.List;
import java.util.Optional;

/**
 * The encoder-decoder of Vaswani and others (2017), without embeddings and positions: {@code
 * call(source, target)} with [N, S, C] and [N, T, C] gives [N, T, C]; {@code call(source, target,
 * seen)} with booleans [N, S] hides padding of the source. A position of the target sees none
 * behind it.
 *
 * <p>Parameters and their order of use are those of PyTorch's Transformer ({@code
 * encoder.layers.0.self_attn.in_proj_weight} and so on), so its state dicts load as they are.
 *
 * @param heads of each attention
 * @param encoders number of blocks
 * @param decoders number of blocks
 * @param inner width of the feed-forward parts
 * @param normFirst whether norms come before each part, which trains without care, or behind it, as
 *     in the paper
 */
public record Transformer(
    long heads,
    int encoders,
    int decoders,
    long inner,
    Layer activation,
    double dropout,
    boolean normFirst)
    implements Module {
  public Transformer {
    if (heads < 1 || encoders < 0 || decoders < 0 || inner < 1) {
      throw new GatunException(
          "transformer: heads and inner must be positive, got %d heads, %d + %d blocks, %d inner"
              .formatted(heads, encoders, decoders, inner));
    }
  }

  /** As in the paper, but with norms first: relu, no dropout. */
  public static Transformer of(long heads, int encoders, int decoders, long inner) {
    return new Transformer(heads, encoders, decoders, inner, Activations.relu(), 0, true);
  }

  /** With this rate of dropout behind each part. */
  public Transformer dropout(double rate) {
    return new Transformer(heads, encoders, decoders, inner, activation, rate, normFirst);
  }

  /** With norms behind each part. */
  public Transformer normLast() {
    return new Transformer(heads, encoders, decoders, inner, activation, dropout, false);
  }

  /** With another activation. */
  public Transformer activation(Layer other) {
    return new Transformer(heads, encoders, decoders, inner, other, dropout, normFirst);
  }

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    if (inputs.size() < 2 || inputs.size() > 3) {
      throw new GatunException(
          "needs source, target and maybe which positions of the source are seen, got "
              + inputs.size()
              + " inputs");
    }
    Optional<Flow> seen = inputs.stream().skip(2).findFirst();
    return List.of(decode(inputs.get(1), encode(inputs.get(0), seen), seen));
  }

  /** What the encoder makes of a source. */
  public Flow encode(Flow source, Optional<Flow> seen) {
    SelfAttention own = SelfAttention.of(heads);
    Flow x = source;
    for (int i = 0; i < encoders; i++) {
      x =
          x.named("encoder.layers." + i)
              .then(y -> forward(part(y, "norm1", z -> attend(own, z, seen)), "norm2"));
    }
    return x.named("encoder.norm").then(Layers.layerNorm());
  }

  /** What the decoder makes of a target and the encoder's result. */
  public Flow decode(Flow target, Flow memory, Optional<Flow> seen) {
    SelfAttention own = SelfAttention.of(heads).masked();
    CrossAttention cross = new CrossAttention(heads);
    Flow x = target;
    for (int i = 0; i < decoders; i++) {
      x =
          x.named("decoder.layers." + i)
              .then(
                  y -> {
                    Flow self = part(y, "norm1", z -> attend(own, z, Optional.empty()));
                    Flow both = part(self, "norm2", z -> look(cross, z, memory, seen));
                    return forward(both, "norm3");
                  });
    }
    return x.named("decoder.norm").then(Layers.layerNorm());
  }

  /** x and what a part adds to it. */
  private Flow part(Flow x, String norm, Layer part) {
    if (normFirst) {
      return x.add(part.apply(x.named(norm).then(Layers.layerNorm())).dropout(dropout));
    }
    return x.add(part.apply(x).dropout(dropout)).named(norm).then(Layers.layerNorm());
  }

  private Flow forward(Flow x, String norm) {
    return part(
        x,
        norm,
        y ->
            y.named("linear1")
                .then(Layers.dense(inner))
                .then(activation)
                .dropout(dropout)
                .named("linear2")
                .then(Layers.dense(x.size(-1))));
  }

  private static Flow attend(SelfAttention own, Flow x, Optional<Flow> seen) {
    return x.named("self_attn")
        .then(y -> own.apply(seen.map(s -> List.of(y, s)).orElse(List.of(y))).get(0));
  }

  private static Flow look(CrossAttention cross, Flow x, Flow memory, Optional<Flow> seen) {
    return x.named("multihead_attn")
        .then(
            y ->
                cross
                    .apply(seen.map(s -> List.of(y, memory, s)).orElse(List.of(y, memory)))
                    .get(0));
  }
}
