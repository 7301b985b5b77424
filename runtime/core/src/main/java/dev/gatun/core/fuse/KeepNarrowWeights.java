package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Makes one node of a product and what widens its constant right matrix: a cast from bfloat16, or
 * dequantizeLinear, maybe with a transpose behind it. The matrix then stays as narrow in memory as
 * the graph has it, and products of few rows, which are bound by reading it, are as much faster.
 */
public final class KeepNarrowWeights implements Pass {
  private final Predicate<Node> hasKernel;

  /** Joins what a kernel takes whole. */
  public KeepNarrowWeights(Predicate<Node> hasKernel) {
    this.hasKernel = hasKernel;
  }

  @Override
  public String name() {
    return "keepNarrowWeights";
  }

  @Override
  public Graph apply(Graph graph) {
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) ->
            node.op() == Matmul.OP && !node.attrs().flag("transposeA")
                ? product(node, inputs, b)
                : Optional.empty());
  }

  private Optional<List<Value>> product(Node node, List<Value> inputs, GraphBuilder b) {
    boolean turned = node.attrs().flag("transposeB");
    Node wide = inputs.get(1).producer().orElse(null);
    if (wide != null
        && wide.op() == Transpose.OP
        && inputs.get(1).tensorType().shape().rank() == 2) {
      turned ^= Transpose.perm(wide.attrs(), 2)[0] == 1;
      wide = wide.input(0).producer().orElse(null);
    }
    if (wide == null || !isOfConstants(wide)) {
      return Optional.empty();
    }
    List<Value> args = new ArrayList<>(List.of(inputs.get(0)));
    Attrs attrs = Attrs.of("transposeB", turned);
    if (wide.op() == Cast.OP && wide.input(0).tensorType().dtype() == DType.BF16) {
      args.add(wide.input(0));
    } else if (wide.op() == DequantizeLinear.OP) {
      args.addAll(wide.inputs());
      attrs = attrs.with("axis", wide.attrs().integer("axis"));
      attrs = attrs.with("blockSize", wide.attrs().integer("blockSize"));
    } else {
      return Optional.empty();
    }
    if (wide.output().tensorType().dtype() != DType.F32
        || !(wide.input(0).tensorType().shape().isRanked()
            && wide.input(0).tensorType().shape().rank() == 2)
        || !inputs.get(0).tensorType().shape().isFixed()
        || inputs.get(0).tensorType().shape().rank() == 0) {
      return Optional.empty();
    }
    Value y = b.add(NarrowMatmul.OP, attrs, args, 1, node.name()).get(0);
    // A node that nobody reads is dropped.
    return hasKernel.test(y.producer().orElseThrow()) ? Optional.of(List.of(y)) : Optional.empty();
  }

  private static boolean isOfConstants(Node node) {
    return node.inputs().stream().allMatch(v -> v.isAbsent() || v.constant().isPresent());
  }
}
