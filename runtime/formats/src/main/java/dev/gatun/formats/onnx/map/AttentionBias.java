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
    Value rows = n.add("unsqueeze", range(n, AttentionRules.sizes(n, q, 2, 3)), n.vector(1));
    Value columns = n.add("unsqueeze", range(n, AttentionRules.sizes(n, k, 2, 3)), n.vector(0));
    Value later = n.add("less", n.add("add", rows, past), columns);
    Value causal = n.add("where", later, n.scalar(q, MASKED), n.scalar(q, 0));
    return mask.isAbsent() ? causal : n.add("add", additive(n, mask, q), causal);
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
