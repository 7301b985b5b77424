package dev.gatun.models.part;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.family.Cache;
import dev.gatun.train.net.Flow;
import java.util.List;
import java.util.Optional;

/**
 * Attention of several heads between projections that are there already: queries [B, T, H D], keys
 * and values [B, S, G D], where G divides H.
 *
 * @param heads H
 * @param keyHeads G
 * @param scale of the products; 1 / sqrt(D) is usual
 * @param causal whether a position sees only those up to itself
 * @param dropout rate at which weights are dropped in training
 */
public record Attend(long heads, long keyHeads, double scale, boolean causal, double dropout) {
  /** Attention whose keys have as many heads as its queries, of this width altogether. */
  public static Attend of(long heads, long width, double dropout) {
    if (heads < 1 || width % heads != 0) {
      throw new GatunException("attention: a width of " + width + " has no " + heads + " heads");
    }
    return new Attend(heads, heads, 1 / Math.sqrt((double) width / heads), false, dropout);
  }

  /** Positions see only those up to themselves. */
  public Attend masked() {
    return new Attend(heads, keyHeads, scale, true, dropout);
  }

  /** Another scale. */
  public Attend scaled(double other) {
    return new Attend(heads, keyHeads, other, causal, dropout);
  }

  /** [B, T, H D] to [B, H, T, D]. */
  public static Flow split(Flow x, long heads) {
    return x.reshape(0, 0, heads, x.size(-1) / heads).transpose(0, 2, 1, 3);
  }

  /**
   * The result [B, T, H D].
   *
   * @param mask booleans (true is seen) or numbers to be added, broadcast to [B, H, T, S]
   */
  public Flow apply(Flow q, Flow k, Flow v, Optional<Flow> mask) {
    return ofHeads(split(q, heads), split(k, keyHeads), split(v, keyHeads), mask);
  }

  /** The same for heads that are split, as rotated ones are. */
  public Flow ofHeads(Flow q, Flow k, Flow v, Optional<Flow> mask) {
    boolean drops = q.training() && dropout > 0;
    return joined(drops ? dropped(q, k, v, mask) : operator(q, k, v, mask, Optional.empty()), v);
  }

  /** The same for new words after those in a cache, if there is one. */
  public Flow ofHeads(
      Flow ids, Flow q, Flow k, Flow v, Optional<Flow> mask, Optional<Cache> cache) {
    if (cache.isEmpty()) {
      return ofHeads(q, k, v, mask);
    }
    List<Flow> all = cache.get().extended(k, v);
    Flow lengths = cache.get().lengths(ids);
    return joined(operator(q, all.get(0), all.get(1), mask, Optional.of(lengths)), v);
  }

  private Flow operator(Flow q, Flow k, Flow v, Optional<Flow> mask, Optional<Flow> lengths) {
    Attrs attrs = Attrs.of("causal", causal, "scale", scale);
    Value seen = mask.map(Flow::value).orElse(Value.ABSENT);
    Value counts = lengths.map(Flow::value).orElse(Value.ABSENT);
    List<Value> inputs = List.of(q.value(), k.value(), v.value(), seen, counts);
    return q.with(q.graph().add(Attention.OP, attrs, inputs, 1, "").get(0));
  }

  private Flow joined(Flow y, Flow v) {
    return y.transpose(0, 2, 1, 3).reshape(0, 0, heads * v.size(-1));
  }

  /** Step by step, because the operator does not drop weights. */
  private Flow dropped(Flow q, Flow k, Flow v, Optional<Flow> mask) {
    Flow scores = q.mul(scale).matmulTransposed(repeated(k));
    for (Flow seen : mask.stream().toList()) {
      scores = seen.dtype().isFloat() ? scores.add(seen) : hidden(scores, seen);
    }
    if (causal) {
      scores = hidden(scores, Masks.causal(q, 2, k, 2));
    }
    return scores.softmax(-1).dropout(dropout).matmul(repeated(v));
  }

  private static Flow hidden(Flow scores, Flow seen) {
    // Not minus infinity: a row that sees nothing must not become NaN.
    return scores.where(seen, scores.number(-1e30));
  }

  private Flow repeated(Flow x) {
    long times = heads / keyHeads;
    if (times == 1) {
      return x;
    }
    Flow[] copies = new Flow[Math.toIntExact(times)];
    java.util.Arrays.fill(copies, x.unsqueeze(2));
    return Flow.concat(2, copies).reshape(0, heads, -1, x.size(-1));
  }
}
