package dev.gatun.core.fuse;

import dev.gatun.core.codegen.PointwiseBody;
import dev.gatun.core.codegen.RegionCompiler;
import dev.gatun.core.expr.Expr;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Mul;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets an activation give its slope together with its value, so that the way back is a product.
 *
 * <p>{@code y = gelu(x)} and later {@code dx = gelu.d0_0_1(x, dy)} become {@code y, s = fused(x)}
 * and {@code dx = mul(s, dy)}: what both have in common is computed once, the rest next to it, and
 * s is kept in place of x. Only where a slope costs more than the memory traffic of keeping it.
 */
public final class SaveSlopes implements Pass {
  /** An exponential and what usually stands around it, in vector instructions. */
  private static final int MIN_WEIGHT = 20;

  private static final List<Integer> X_AND_DY = List.of(0, 1);

  @Override
  public String name() {
    return "saveSlopes";
  }

  @Override
  public Graph apply(Graph graph) {
    Map<Derivative, Node> wanted = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.inputs().size() == 2 && node.op().pointwise().isPresent()) {
        wanted.put(new Derivative(node.op(), node.attrs(), node.input(0)), node);
      }
    }
    if (wanted.isEmpty()) {
      return graph;
    }
    Map<Node, Value> slopes = new HashMap<>();
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) -> {
          Value slope = slopes.get(node);
          if (slope != null) {
            return Optional.of(List.of(b.add(Mul.OP, slope, inputs.get(1))));
          }
          Node derivative = isActivation(node) ? wanted.get(Derivative.of(node)) : null;
          if (derivative == null || weight(derivative) < MIN_WEIGHT) {
            return Optional.empty();
          }
          List<Value> both = both(node, derivative.op(), inputs.get(0), b);
          slopes.put(derivative, both.get(1));
          return Optional.of(List.of(both.get(0)));
        });
  }

  /** Which function's derivative at which value. */
  private record Derivative(OpDef op, Attrs attrs, Value x) {
    static Derivative of(Node activation) {
      return new Derivative(
          activation.op().derivative(0, X_AND_DY), activation.attrs(), activation.input(0));
    }
  }

  /** A function of one value, in float32. */
  private static boolean isActivation(Node node) {
    return node.op().pointwise().isPresent()
        && node.inputs().size() == 1
        && node.output().type().isFixed()
        && node.output().tensorType().dtype() == DType.F32
        && node.input(0).tensorType().equals(node.output().tensorType());
  }

  private static int weight(Node derivative) {
    Expr slope = PointwiseBody.of(List.of(derivative), derivative.inputs()).expr();
    return RegionCompiler.weight(slope);
  }

  private static List<Value> both(Node activation, OpDef derivative, Value x, GraphBuilder b) {
    FusedBody body = new FusedBody();
    body.source(x);
    Value inside = body.copy(x);
    Value y = Rewriter.copy(activation, List.of(inside), body.builder()).get(0);
    Value one = body.builder().constant(Tensor.scalar(DType.F32, 1));
    Value slope = body.builder().add(derivative, activation.attrs(), inside, one);
    String name = activation.output().name();
    return body.add(b, List.of(y, slope), activation.name(), List.of(name, name + ".slope"));
  }
}
