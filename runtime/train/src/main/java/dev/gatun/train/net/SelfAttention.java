package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Multi-head self-attention (Vaswani and others 2017) over [N, T, C]. Parameters are those of
 * PyTorch's MultiheadAttention: {@code in_proj_weight} [3 C, C] (queries, keys, values), {@code
 * in_proj_bias}, {@code out_proj.weight} [C, C] and {@code out_proj.bias}.
 *
 * <p>As a module it also takes booleans [N, T]: which positions are seen as keys, for padded
 * sequences.
 */
public final class SelfAttention implements Layer, Module {
  private final long heads;
  private final boolean causal;
  private final AttentionPositions positions;

  private SelfAttention(long heads, boolean causal, AttentionPositions positions) {
    this.heads = heads;
    this.causal = causal;
    this.positions = positions;
    if (heads < 1) {
      throw new GatunException("attention: there must be at least one head, got " + heads);
    }
  }

  static SelfAttention of(long heads) {
    return new SelfAttention(heads, false, new AttentionPositions.None());
  }

  /** Positions see only those up to themselves. */
  public SelfAttention masked() {
    return new SelfAttention(heads, true, positions);
  }

  /**
   * Queries and keys are turned by their positions (Su and others 2021); the usual base is 10000.
   */
  public SelfAttention rotary(double base) {
    return new SelfAttention(heads, causal, new AttentionPositions.Rotary(base));
  }

  /**
   * A learned number for each head and bucket of distances is added to the scores, as in T5 (Raffel
   * and others 2019): {@code relative} [buckets, heads], 0 first.
   */
  public SelfAttention relative(int buckets, int farthest) {
    return new SelfAttention(heads, causal, new AttentionPositions.Relative(buckets, farthest));
  }

  @Override
  public Flow apply(Flow x) {
    return apply(x, Optional.empty());
  }

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    if (inputs.isEmpty() || inputs.size() > 2) {
      throw new GatunException("needs [batch, time, width] and maybe which positions are seen");
    }
    return List.of(apply(inputs.get(0), inputs.stream().skip(1).findFirst()));
  }

  private Flow apply(Flow x, Optional<Flow> seen) {
    Heads.check(x, heads);
    long width = x.size(2);
    Flow all =
        x.matmulTransposed(
                x.parameter(
                    "in_proj_weight", Shape.of(3 * width, width), Initializers.xavierUniform()))
            .add(x.parameter("in_proj_bias", Shape.of(3 * width), Initializers.zeros()));
    List<Flow> parts = all.split(2, 3);
    return Heads.attend(
        x, parts.get(0), parts.get(1), parts.get(2), heads, causal, positions, seen);
  }
}
