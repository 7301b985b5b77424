package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;

/**
 * The weights of {@link Attention} made of simpler operators, and all on the way to them. Query
 * heads that share keys are taken as more rows of one head in products ("grouped").
 *
 * @param queries scaled, grouped
 * @param keys in the type of the queries
 * @param products of the two
 * @param capped products, or the products themselves
 * @param scores with mask and causality
 * @param weights zeros in rows that see nothing
 */
record AttentionWeights(
    Formula f,
    Shape q,
    Shape k,
    Value queries,
    Value keys,
    Value products,
    Value capped,
    Value scores,
    Value weights) {
  /** The weights for inputs q, k, v, mask and lengths. */
  static AttentionWeights of(Formula f, Operands in) {
    Shape q = in.shape(0);
    Shape k = in.shape(1);
    Value queries = group(f, q, k, f.mul(in.value(0), scale(in)));
    Value keys = f.cast(in.value(1), in.dtype(0));
    Attrs transposed = Attrs.of("transposeB", true);
    Value products = ungroup(f, q, k, f.b().add(Matmul.OP, transposed, queries, keys));
    double cap = in.attrs().real("softcap");
    Value capped = cap > 0 ? f.mul(f.tanh(f.mul(products, 1 / cap)), cap) : products;
    Value bias = AttentionBias.of(f, in);
    Value scores = bias.isAbsent() ? capped : f.add(capped, bias);
    Value weights = f.b().add(Softmax.OP, Attrs.of("axis", -1), scores);
    if (!bias.isAbsent()) {
      // Rows that the mask hides entirely come out as NaN.
      Value best = f.b().add(ReduceMax.OP, bias, f.longs(-1));
      Value hidden = f.equal(best, Double.NEGATIVE_INFINITY);
      weights = f.where(hidden, f.number(weights, 0), weights);
    }
    return new AttentionWeights(f, q, k, queries, keys, products, capped, scores, weights);
  }

  static double scale(Operands in) {
    return in.attrs().has("scale")
        ? in.attrs().real("scale")
        : 1 / Math.sqrt((double) Math.max(in.shape(0).size(3), 1));
  }

  /** [B, H, Sq, X] as [B, G, H / G * Sq, X]. */
  Value group(Value x) {
    return group(f, q, k, x);
  }

  /** The undoing of {@link #group}. */
  Value ungroup(Value x) {
    return ungroup(f, q, k, x);
  }

  private static boolean isShared(Shape q, Shape k) {
    return q.size(1) != k.size(1) && k.size(1) > 0;
  }

  private static Value group(Formula f, Shape q, Shape k, Value x) {
    long groups = k.size(1);
    return isShared(q, k)
        ? f.reshape(
            x,
            x.tensorType().shape().size(0),
            groups,
            q.size(1) / groups * q.size(2),
            x.tensorType().shape().size(3))
        : x;
  }

  private static Value ungroup(Formula f, Shape q, Shape k, Value x) {
    Shape shape = x.tensorType().shape();
    return isShared(q, k) ? f.reshape(x, shape.size(0), q.size(1), q.size(2), shape.size(3)) : x;
  }
}
