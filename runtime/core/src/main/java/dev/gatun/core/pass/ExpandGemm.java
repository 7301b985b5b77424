package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Mul;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Takes gemm apart into matmul, mul and add, which fuse again as an epilogue. */
final class ExpandGemm implements Simplify.Nested {
  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (node.op() != Gemm.OP || !inputs.get(0).tensorType().dtype().isFloat()) {
      return Optional.empty();
    }
    Attrs attrs =
        Attrs.of(
            "transposeA",
            node.attrs().flag("transposeA"),
            "transposeB",
            node.attrs().flag("transposeB"));
    Value y = b.add(Matmul.OP, attrs, List.of(inputs.get(0), inputs.get(1)), 1, node.name()).get(0);
    y = scaled(y, node.attrs().real("alpha"), b);
    if (inputs.size() > 2) {
      y = b.add(Add.OP, y, scaled(inputs.get(2), node.attrs().real("beta"), b));
    }
    return Optional.of(List.of(y));
  }

  private static Value scaled(Value value, double factor, GraphBuilder b) {
    DType dtype = value.tensorType().dtype();
    return factor == 1 ? value : b.add(Mul.OP, value, b.constant(Tensor.scalar(dtype, factor)));
  }
}
