package dev.gatun.core.quant;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Rnn;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts int8 weights, and the nodes that widen them, into a graph that is written again. */
final class IntegerWeights {
  /** Smaller ones are not worth their scales. */
  private static final int LEAST = 256;

  private record Key(Tensor weight, int axis) {}

  private final Map<Key, ChannelIntegers> done = new HashMap<>();
  private final Set<String> names = new LinkedHashSet<>();

  /** Names of the weights that are integers now. */
  List<String> names() {
    return List.copyOf(names);
  }

  /** A product or convolution with a constant weight: what static quantization computes with. */
  static boolean isProduct(Node node) {
    return (node.op() == Conv.OP || node.op() == Matmul.OP || node.op() == Gemm.OP)
        && axis(node, 1).isPresent();
  }

  /** The axis of an input whose indices have scales of their own, if it is a weight to round. */
  private static Optional<Integer> axis(Node node, int input) {
    Optional<Tensor> weight =
        node.has(input)
            ? node.input(input)
                .constant()
                .filter(w -> w.dtype() == DType.F32 && w.elements() >= LEAST)
            : Optional.empty();
    if (weight.isEmpty()) {
      return Optional.empty();
    }
    int rank = weight.get().shape().rank();
    if (node.op() == Conv.OP && input == 1) {
      return Optional.of(0);
    }
    if (node.op() == ConvTranspose.OP && input == 1 && node.attrs().integer("groups") == 1) {
      return Optional.of(1);
    }
    if ((node.op() == Matmul.OP || node.op() == Gemm.OP) && input == 1 && rank == 2) {
      return Optional.of(node.attrs().flag("transposeB") ? 0 : 1);
    }
    boolean recurrent = node.op() == Lstm.OP || node.op() == Gru.OP || node.op() == Rnn.OP;
    return recurrent && (input == 1 || input == 2) ? Optional.of(1) : Optional.empty();
  }

  /** A node's inputs with the integers instead of its weights; the same if it has none. */
  List<Value> narrow(Node node, List<Value> inputs, GraphBuilder b) {
    List<Value> args = new ArrayList<>(inputs);
    for (int i = 1; i < args.size(); i++) {
      Optional<Integer> axis = axis(node, i);
      if (axis.isPresent()) {
        String name = node.input(i).name();
        ChannelIntegers weight = integers(node.input(i).constant().orElseThrow(), axis.get(), name);
        args.set(
            i,
            b.add(
                DequantizeLinear.OP,
                Attrs.of("axis", axis.get()),
                b.constant(name, weight.integers()),
                b.constant(name + ".scale", weight.scales())));
      }
    }
    return args;
  }

  /** Scales of the weight of a product. */
  float[] scales(Node product) {
    return integers(
            product.input(1).constant().orElseThrow(),
            axis(product, 1).orElseThrow(),
            product.input(1).name())
        .scales()
        .toFloats();
  }

  /** Rows of a table that are looked up, widened one by one instead of the whole table. */
  Optional<Value> rows(Node node, List<Value> inputs, GraphBuilder b) {
    Optional<Tensor> table =
        node.input(0).constant().filter(t -> t.dtype() == DType.F32 && t.elements() >= LEAST);
    if (table.isEmpty() || table.get().shape().rank() != 2 || node.attrs().integer("axis") != 0) {
      return Optional.empty();
    }
    String name = node.input(0).name();
    ChannelIntegers rows = integers(table.get(), 0, name);
    Value ids = inputs.get(1);
    Value found = b.add(Gather.OP, node.attrs(), b.constant(name, rows.integers()), ids);
    Value scale = b.add(Gather.OP, node.attrs(), b.constant(name + ".scale", rows.scales()), ids);
    Value wide = b.add(Cast.OP, Attrs.of("to", DType.F32), found);
    Value column = b.add(Unsqueeze.OP, scale, b.constant(Tensor.vector(-1)));
    return Optional.of(
        b.add(
                Mul.OP,
                Attrs.NONE,
                List.of(wide, column),
                1,
                node.name(),
                List.of(node.output().name()))
            .get(0));
  }

  private ChannelIntegers integers(Tensor weight, int axis, String name) {
    names.add(name);
    return done.computeIfAbsent(new Key(weight, axis), k -> ChannelIntegers.of(weight, axis, name));
  }
}
