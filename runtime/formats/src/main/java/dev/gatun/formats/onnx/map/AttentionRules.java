package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import java.util.List;
import java.util.Map;

/** Attention in its forms and rotary position embedding. */
final class AttentionRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("Attention", AttentionRules::attention),
          entry("LinearAttention", LinearAttention::build),
          entry("RotaryEmbedding", AttentionRules::rotary));

  static final Map<String, Rule> PREVIEW =
      Map.ofEntries(entry("FlexAttention", AttentionRules::flex));

  /** Which part of a shape, as a vector. */
  static Value sizes(OnnxNode n, Value x, long start, long end) {
    return n.add("shapeOf", Attrs.of("start", start, "end", end), x);
  }

  /** [B, T, H * D] to [B, H, T, D]; four axes are left alone. */
  static Value heads(OnnxNode n, Value x, long count) {
    if (x.tensorType().shape().rank() == 4) {
      return x;
    }
    Value split = n.add("reshape", x, n.vector(0, 0, count, -1));
    return n.add("transpose", Attrs.of("perm", new long[] {0, 2, 1, 3}), split);
  }

  private static List<Value> attention(OnnxNode n) {
    boolean flat = n.shape(0).rank() == 3;
    Value q = heads(n, n.in(0), flat ? n.integer("q_num_heads") : 0);
    Value k = heads(n, n.in(1), flat ? n.integer("kv_num_heads") : 0);
    Value v = heads(n, n.in(2), flat ? n.integer("kv_num_heads") : 0);
    n.ignore("q_num_heads", "kv_num_heads", "softmax_precision");
    boolean causal = n.flag("is_causal", false);
    Attrs attrs =
        Attrs.of("softcap", n.real("softcap", 0), "stage", n.integer("qk_matmul_output_mode", 0));
    if (n.hasAttr("scale")) {
      attrs = attrs.with("scale", n.real("scale"));
    }
    Value past = Value.ABSENT;
    if (n.has(4)) {
      past = sizes(n, n.in(4), 2, 3);
      k = n.add("concat", Attrs.of("axis", 2), n.in(4), k);
      v = n.add("concat", Attrs.of("axis", 2), n.in(5), v);
    }
    Value mask = AttentionBias.mask(n, k);
    if (causal && (past.isAbsent() || past.constant().isPresent())) {
      long offset = past.constant().map(t -> t.getLong(0)).orElse(0L);
      attrs = attrs.with("causal", true).with("causalOffset", offset);
    } else if (causal) {
      mask = AttentionBias.plusCausal(n, mask, q, k, past);
    }
    long left = n.integer("left_window_size", -1);
    long right = n.integer("right_window_size", -1);
    mask = AttentionBias.plusWindow(n, mask, q, k, past, left, right);
    List<Value> results = n.addMany(2, "attention", attrs, q, k, v, mask, n.optional(6));
    Value y = flat ? joined(n, results.get(0)) : results.get(0);
    return List.of(y, k, v, results.get(1));
  }

  /** [B, H, T, D] to [B, T, H * D]. */
  static Value joined(OnnxNode n, Value x) {
    Value moved = n.add("transpose", Attrs.of("perm", new long[] {0, 2, 1, 3}), x);
    return n.add("reshape", moved, n.vector(0, 0, -1));
  }

  private static List<Value> flex(OnnxNode n) {
    n.ignore("softmax_precision");
    DType type = n.dtype(0);
    DType wide = type == DType.F64 ? DType.F64 : DType.F32;
    Value q = n.cast(n.in(0), wide);
    Value k = n.cast(n.in(1), wide);
    Value v = n.cast(n.in(2), wide);
    Attrs attrs = n.hasAttr("scale") ? Attrs.of("scale", n.real("scale")) : Attrs.NONE;
    if (!n.hasAttr("score_mod") && !n.hasAttr("prob_mod")) {
      return List.of(n.cast(n.add("attention", attrs, q, k, v), type));
    }
    Value scores = n.addMany(2, "attention", attrs, q, k, v).get(1);
    scores = modified(n, "score_mod", scores);
    Value weights = modified(n, "prob_mod", n.add("softmax", Attrs.of("axis", -1), scores));
    return List.of(n.cast(n.add("matmul", weights, repeated(n, v, q)), type));
  }

  /** Keys or values repeated for each group of query heads. */
  private static Value repeated(OnnxNode n, Value x, Value q) {
    long own = x.tensorType().shape().size(1);
    long wanted = q.tensorType().shape().size(1);
    if (own == wanted) {
      return x;
    }
    if (own <= 0 || wanted <= 0 || wanted % own != 0) {
      throw n.error("%d query heads for %d key heads", wanted, own);
    }
    Value tiled =
        n.add("tile", n.add("unsqueeze", x, n.vector(2)), n.vector(1, 1, wanted / own, 1, 1));
    Value shape =
        n.add(
            "concat", Attrs.of("axis", 0), sizes(n, x, 0, 1), n.vector(wanted), sizes(n, x, 2, 4));
    return n.add("reshape", tiled, shape);
  }

  // A graph of the user's from scores to scores.
  private static Value modified(OnnxNode n, String name, Value scores) {
    return n.hasAttr(name)
        ? n.importer().inline(n.graph(name), n.scope(), List.of(scores)).get(0)
        : scores;
  }

  private static List<Value> rotary(OnnxNode n) {
    boolean flat = n.shape(0).rank() == 3;
    Attrs attrs =
        Attrs.of(
            "interleaved",
            n.flag("interleaved", false),
            "rotaryDim",
            n.integer("rotary_embedding_dim", 0));
    Value x = heads(n, n.in(0), flat ? n.integer("num_heads") : 0);
    n.ignore("num_heads");
    if (!flat) {
      return n.op("rope", attrs, x, n.in(1), n.in(2), n.optional(3));
    }
    return List.of(joined(n, n.add("rope", attrs, x, n.in(1), n.in(2), n.optional(3))));
  }

  private AttentionRules() {}
}
