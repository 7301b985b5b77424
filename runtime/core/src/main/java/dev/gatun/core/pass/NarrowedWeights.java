package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rounds the constant right matrices of a graph's products to fewer bits, on request only: results
 * change as the type says. The new graph holds the rounded weights and the nodes that widen them,
 * which kernels read as one.
 *
 * <p>Tables that are also looked up stay as they are for that. Weights of less than {@value #LEAST}
 * elements, of convolutions, of recurrent layers and in subgraphs are left alone.
 */
public final class NarrowedWeights {
  private static final int LEAST = 256;

  /** The graph with narrow weights. */
  public static Graph apply(Graph graph, WeightType type) {
    IdentityHashMap<Tensor, Map<Boolean, List<Tensor>>> done = new IdentityHashMap<>();
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) -> isProduct(node) ? narrowed(node, inputs, type, done, b) : none());
  }

  private static Optional<List<Value>> none() {
    return Optional.empty();
  }

  private static boolean isProduct(Node node) {
    return (node.op() == Matmul.OP || node.op() == Gemm.OP)
        && node.input(1)
            .constant()
            .filter(w -> w.dtype() == DType.F32 && w.shape().rank() == 2 && w.elements() >= LEAST)
            .isPresent();
  }

  private static Optional<List<Value>> narrowed(
      Node node,
      List<Value> inputs,
      WeightType type,
      Map<Tensor, Map<Boolean, List<Tensor>>> done,
      GraphBuilder b) {
    Tensor weight = node.input(1).constant().orElseThrow();
    boolean turned = node.attrs().flag("transposeB");
    String name = node.input(1).name();
    List<Tensor> parts =
        done.computeIfAbsent(weight, w -> new java.util.HashMap<>())
            .computeIfAbsent(turned, t -> parts(weight, t, type, name));
    List<Value> args = new ArrayList<>(inputs);
    Value narrow = b.constant(name, parts.get(0));
    args.set(
        1,
        type == WeightType.BF16
            ? b.add(Cast.OP, Attrs.of("to", DType.F32), narrow)
            : b.add(
                DequantizeLinear.OP,
                Attrs.of(
                    "axis",
                    turned ? 1 : 0,
                    "blockSize",
                    BlockIntegers.BLOCK,
                    "outputDtype",
                    DType.F32),
                narrow,
                b.constant(name + ".scale", parts.get(1))));
    return Optional.of(
        b.add(node.op(), node.attrs(), args, 1, node.name(), List.of(node.output().name())));
  }

  private static List<Tensor> parts(Tensor weight, boolean turned, WeightType type, String name) {
    return type == WeightType.BF16
        ? List.of(Tensor.computed(DType.BF16, weight.shape(), new BrainFloats(weight)))
        : BlockIntegers.of(weight, turned, type == WeightType.INT8 ? 8 : 4, name);
  }

  private NarrowedWeights() {}
}
