package dev.gatun.core.pass;

import dev.gatun.core.compose.CausalMask;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.AttentionGradient;
import dev.gatun.core.op.Where;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Brings the masks of attention to the forms that its kernel has: a boolean one becomes what is
 * added to the scores, and a constant one that hides exactly the keys to come becomes causality.
 */
final class SimplifyAttention implements Simplify.Nested {
  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (node.op() != Attention.OP && node.op() != AttentionGradient.OP
        || inputs.size() < 4
        || inputs.get(3).isAbsent()
        || inputs.get(0).tensorType().dtype() != DType.F32) {
      return Optional.empty();
    }
    Value mask = inputs.get(3);
    DType dtype = inputs.get(0).tensorType().dtype();
    List<Value> args = new ArrayList<>(inputs);
    Attrs attrs = node.attrs();
    if (mask.tensorType().dtype() == DType.BOOL) {
      Value zero = b.constant(Tensor.scalar(dtype, 0));
      Value hidden = b.constant(Tensor.scalar(dtype, Double.NEGATIVE_INFINITY));
      args.set(3, b.add(Where.OP, mask, zero, hidden));
    } else {
      OptionalInt offset = causalOffset(inputs, attrs);
      if (offset.isEmpty()) {
        return Optional.empty();
      }
      args.set(3, Value.ABSENT);
      attrs = attrs.with("causal", true).with("causalOffset", offset.getAsInt());
    }
    List<String> names = node.outputs().stream().map(Value::name).toList();
    return Optional.of(b.add(node.op(), attrs, args, node.outputs().size(), node.name(), names));
  }

  private static OptionalInt causalOffset(List<Value> inputs, Attrs attrs) {
    Value queries = inputs.get(0);
    Value keys = inputs.get(1);
    if (attrs.flag("causal")
        || inputs.size() > 4 && !inputs.get(4).isAbsent()
        || attrs.has("stage") && attrs.integer("stage") >= 2
        || inputs.get(3).constant().isEmpty()
        || !queries.type().isFixed()
        || !keys.type().isFixed()) {
      return OptionalInt.empty();
    }
    return CausalMask.offset(
        inputs.get(3).constant().get(),
        queries.tensorType().shape().size(2),
        keys.tensorType().shape().size(2));
  }
}
