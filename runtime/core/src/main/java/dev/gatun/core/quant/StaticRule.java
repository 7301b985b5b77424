package dev.gatun.core.quant;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts integers around products. */
final class StaticRule implements Rewriter.Rule {
  private final Map<Value, Activation> known;
  private final Set<Value> results;
  private final IntegerWeights weights;

  /**
   * A rule.
   *
   * @param results values that are rounded where they come into being; others where they are taken
   */
  StaticRule(Map<Value, Activation> known, Set<Value> results, IntegerWeights weights) {
    this.known = known;
    this.results = results;
    this.weights = weights;
  }

  @Override
  public Optional<List<Value>> rewrite(Node node, List<Value> inputs, GraphBuilder b) {
    boolean product = IntegerWeights.isProduct(node);
    boolean rounds = results.contains(node.output());
    if (!product && !rounds) {
      return Optional.empty();
    }
    List<Value> args = product ? product(node, inputs, b) : inputs;
    List<Value> made = new ArrayList<>(Rewriter.copy(node, args, b));
    if (rounds) {
      made.set(0, activation(node.output()).rounded(made.get(0), b));
    }
    return Optional.of(made);
  }

  private Activation activation(Value value) {
    Activation found = known.get(value);
    if (found == null) {
      throw new IllegalStateException("nothing is known of " + value);
    }
    return found;
  }

  private List<Value> product(Node node, List<Value> inputs, GraphBuilder b) {
    List<Value> args = weights.narrow(node, inputs, b);
    Activation taken = activation(node.input(0));
    if (!results.contains(node.input(0))) {
      args.set(0, taken.rounded(args.get(0), b));
    }
    if (node.has(2)) {
      bias(node, taken, b).ifPresent(value -> args.set(2, value));
    }
    return args;
  }

  /** The bias as int32 in units of products of integers, if that is what it is and it fits. */
  private Optional<Value> bias(Node node, Activation taken, GraphBuilder b) {
    Optional<Tensor> bias =
        node.input(2).constant().filter(t -> t.dtype() == DType.F32 && t.shape().rank() == 1);
    float[] scales = weights.scales(node);
    boolean plain =
        node.op() != Gemm.OP || node.attrs().real("alpha") == 1 && node.attrs().real("beta") == 1;
    if (node.op() == Matmul.OP
        || bias.isEmpty()
        || bias.get().elements() != scales.length
        || !plain) {
      return Optional.empty();
    }
    long[] whole = new long[scales.length];
    for (int c = 0; c < whole.length; c++) {
      scales[c] *= taken.scale();
      double nearest = Math.rint(bias.get().getFloat(c) / scales[c]);
      // A bias that is large beside its channel's weights would be cut.
      if (!(Math.abs(nearest) < Integer.MAX_VALUE)) {
        return Optional.empty();
      }
      whole[c] = (long) nearest;
    }
    String name = node.input(2).name();
    return Optional.of(
        b.add(
            DequantizeLinear.OP,
            Attrs.of("axis", 0),
            b.constant(name, Tensor.whole(DType.I32, Shape.of(whole.length), whole)),
            b.constant(name + ".scale", Tensor.of(scales, scales.length))));
  }
}
