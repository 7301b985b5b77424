package dev.gatun.models.part;

import dev.gatun.models.family.Cache;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * A block of a decoder for new words after those in a cache, which has what the encoder made,
   * too.
   *
   * @param ids the new words
   * @param seen which places of the encoder count
   */
  public Flow step(Flow ids, Flow x, Optional<Flow> seen, Cache cache) {
    Attend attend = Attend.of(heads, width, attentionDropout);
    Flow y =
        summed(
            x,
            "self_attn_layer_norm",
            z ->
                Pieces.linear(
                    attend
                        .masked()
                        .ofHeads(
                            ids,
                            queries(z, "self_attn"),
                            keys(z, "self_attn"),
                            values(z, "self_attn"),
                            Optional.empty(),
                            Optional.of(cache)),
                    "self_attn.out_proj",
                    width));
    List<Flow> memory = cache.memory();
    y =
        summed(
            y,
            "encoder_attn_layer_norm",
            z ->
                Pieces.linear(
                    attend.ofHeads(queries(z, "encoder_attn"), memory.get(0), memory.get(1), seen),
                    "encoder_attn.out_proj",
                    width));
    return summed(y, "final_layer_norm", this::inner);
  }

  /** Keys and values of each layer for what an encoder made, called as a step wants them. */
  public Map<String, Flow> memory(Flow states, String layers, long count) {
    Map<String, Flow> all = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String name = layers + i + ".encoder_attn";
      all.put(Cache.memory(i, "key"), keys(states, name));
      all.put(Cache.memory(i, "value"), values(states, name));
    }
    return all;
  }

  private Flow queries(Flow x, String name) {
    return Attend.split(Pieces.linear(x, name + ".q_proj", width), heads);
  }

  private Flow keys(Flow x, String name) {
    return Attend.split(Pieces.linear(x, name + ".k_proj", width, keyBias), heads);
  }

  private Flow values(Flow x, String name) {
    return Attend.split(Pieces.linear(x, name + ".v_proj", width), heads);
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
            .ofHeads(
                queries(queries, name), keys(keys, name), values(from.states(), name), from.mask());
    return Pieces.linear(y, name + ".out_proj", width);
  }
}
