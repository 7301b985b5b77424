package dev.gatun.models.part;

import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import java.util.Optional;

/**
 * Blocks of an encoder or a decoder under the names that BART, Whisper and DETR share.
 *
 * @param normFirst whether norms come before attention and inner part, or after each sum
 * @param keyBias whether keys have a bias
 */
public record SequenceBlock(
    long width,
    long heads,
    long inner,
    Layer activation,
    double dropout,
    double attentionDropout,
    double innerDropout,
    boolean normFirst,
    boolean keyBias) {
  private static final double EPSILON = 1e-5;

  /** What a block attends to. */
  public record Source(Flow states, Optional<Flow> mask, Optional<Flow> positions) {
    /** States without positions of their own. */
    public static Source of(Flow states, Optional<Flow> mask) {
      return new Source(states, mask, Optional.empty());
    }
  }

  /**
   * A block that attends to its own states and then, if there is a memory, to that.
   *
   * @param positions added to queries and keys of the first attention, and to queries of the second
   */
  public Flow apply(
      Flow x,
      Optional<Flow> mask,
      Optional<Flow> positions,
      boolean causal,
      Optional<Source> memory) {
    Flow y =
        summed(
            x,
            "self_attn_layer_norm",
            z -> attention(z, positions, new Source(z, mask, positions), "self_attn", causal));
    for (Source source : memory.stream().toList()) {
      y =
          summed(
              y,
              "encoder_attn_layer_norm",
              z -> attention(z, positions, source, "encoder_attn", false));
    }
    return summed(y, "final_layer_norm", this::inner);
  }

  private Flow summed(Flow x, String norm, Layer branch) {
    if (normFirst) {
      return x.add(branch.apply(Pieces.norm(x, norm, EPSILON)).dropout(dropout));
    }
    return Pieces.norm(x.add(branch.apply(x).dropout(dropout)), norm, EPSILON);
  }

  private Flow inner(Flow x) {
    Flow y = Pieces.linear(x, "fc1", inner).then(activation).dropout(innerDropout);
    return Pieces.linear(y, "fc2", width);
  }

  private Flow attention(
      Flow x, Optional<Flow> positions, Source from, String name, boolean causal) {
    Flow queries = positions.isPresent() ? x.add(positions.get()) : x;
    Flow keys =
        from.positions().isPresent() ? from.states().add(from.positions().get()) : from.states();
    Attend attend = Attend.of(heads, width, attentionDropout);
    Flow y =
        (causal ? attend.masked() : attend)
            .apply(
                Pieces.linear(queries, name + ".q_proj", width),
                Pieces.linear(keys, name + ".k_proj", width, keyBias),
                Pieces.linear(from.states(), name + ".v_proj", width),
                from.mask());
    return Pieces.linear(y, name + ".out_proj", width);
  }
}
