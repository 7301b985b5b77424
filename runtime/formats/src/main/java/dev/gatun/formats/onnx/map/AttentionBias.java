package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/** The mask of ONNX Attention where the operator itself needs help. */
final class AttentionBias {
  private static final double MASKED = Double.NEGATIVE_INFINITY;

  /** The mask, made as long as the keys: what a shorter one does not reach is masked. */
  static Value mask(OnnxNode n, Value k) {
    if (!n.has(3)) {
      return Value.ABSENT;
    }
    Value mask = n.in(3);
    Shape shape = n.shape(3);
    long known = k.tensorType().shape().size(2);
    if (known >= 0 && shape.size(-1) == known) {
      return mask;
    }
    mask = additive(n, mask, k);
    Value keys = AttentionRules.sizes(n, k, 2, 3);
    Value missing = n.add("sub", keys, AttentionRules.sizes(n, mask, -1, Long.MAX_VALUE));
    Value pads = n.add("concat", Attrs.of("axis", 0), n.vector(0), missing);
    return n.add("pad", mask, pads, n.scalar(mask, MASKED), n.vector(-1));
  }

  /** The mask and causality after a number of cached keys that only the run knows. */
  static Value plusCausal(OnnxNode n, Value mask, Value q, Value k, Value past) {
    Value distance = distance(n, q, k, past);
    return hidden(n, mask, q, n.add("less", distance, n.scalar(distance, 0)));
  }

  /**
   * The mask and a window: a query sees the given numbers of keys to its left and right; a negative
   * number is no limit.
   */
  static Value plusWindow(
      OnnxNode n, Value mask, Value q, Value k, Value past, long left, long right) {
    if (left < 0 && right < 0) {
      return mask;
    }
    Value offset = past;
    if (n.has(6)) {
      // Each batch entry has its own number of keys that count; queries are the last of them.
      Value count = n.add("sub", n.in(6), AttentionRules.sizes(n, q, 2, 3));
      offset = n.add("unsqueeze", count, n.vector(1, 2, 3));
    }
    Value distance = distance(n, q, k, offset);
    Value result = mask;
    if (left >= 0) {
      result = hidden(n, result, q, n.add("less", n.scalar(distance, (double) left), distance));
    }
    if (right >= 0) {
      result = hidden(n, result, q, n.add("less", distance, n.scalar(distance, (double) -right)));
    }
    return result;
  }

  /** Position of each query minus that of each key [..., Sq, Sk]. */
  private static Value distance(OnnxNode n, Value q, Value k, Value offset) {
    Value rows = n.add("unsqueeze", range(n, AttentionRules.sizes(n, q, 2, 3)), n.vector(1));
    Value columns = n.add("unsqueeze", range(n, AttentionRules.sizes(n, k, 2, 3)), n.vector(0));
    return n.add("sub", offset.isAbsent() ? rows : n.add("add", rows, offset), columns);
  }

  private static Value hidden(OnnxNode n, Value mask, Value like, Value where) {
    Value bias = n.add("where", where, n.scalar(like, MASKED), n.scalar(like, 0));
    return mask.isAbsent() ? bias : n.add("add", additive(n, mask, like), bias);
  }

  private static Value additive(OnnxNode n, Value mask, Value like) {
    return mask.tensorType().dtype() == DType.BOOL
        ? n.add("where", mask, n.scalar(like, 0), n.scalar(like, MASKED))
        : n.cast(mask, like.tensorType().dtype());
  }

  private static Value range(OnnxNode n, Value length) {
    Value end = n.add("squeeze", length, n.vector(0));
    return n.add("range", n.constant(Tensor.scalar(0)), end, n.constant(Tensor.scalar(1)));
  }

  private AttentionBias() {}
}
