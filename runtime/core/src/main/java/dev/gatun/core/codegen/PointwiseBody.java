package dev.gatun.core.codegen;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The expressions that pointwise nodes compute.
 *
 * @param exprs the results, over inputs 0, 1, ...
 * @param inputs the values that these inputs are
 */
public record PointwiseBody(List<Expr> exprs, List<Value> inputs) {
  /**
   * Composes the expressions of nodes in topological order; the last one gives the result.
   *
   * @param first values that must be the first inputs, in this order, used or not
   */
  public static PointwiseBody of(List<Node> nodes, List<Value> first) {
    return of(nodes, first, List.of(nodes.get(nodes.size() - 1).output()));
  }

  /** The only result. */
  public Expr expr() {
    return exprs.get(0);
  }

  /** The same for several results. */
  public static PointwiseBody of(List<Node> nodes, List<Value> first, List<Value> results) {
    ExprBuilder e = new ExprBuilder();
    Map<Value, Expr> known = new HashMap<>();
    List<Value> inputs = new ArrayList<>(first);
    for (Value value : first) {
      known.put(value, e.input(known.size(), value.tensorType().dtype()));
    }
    for (Node node : nodes) {
      List<Expr> args = new ArrayList<>();
      for (Value input : node.inputs()) {
        Expr arg = known.get(input);
        if (arg == null) {
          arg = constant(e, input);
          if (arg == null) {
            arg = e.input(inputs.size(), input.tensorType().dtype());
            inputs.add(input);
          }
          known.put(input, arg);
        }
        args.add(arg);
      }
      OpDef.Pointwise pointwise = node.op().pointwise().orElseThrow();
      known.put(node.output(), pointwise.value(e, node.attrs(), args));
    }
    List<Expr> exprs = new ArrayList<>();
    for (Value result : results) {
      exprs.add(java.util.Objects.requireNonNull(known.get(result)));
    }
    return new PointwiseBody(List.copyOf(exprs), List.copyOf(inputs));
  }

  private static @org.jspecify.annotations.Nullable Expr constant(ExprBuilder e, Value value) {
    Tensor tensor = value.constant().orElse(null);
    if (tensor == null || tensor.elements() != 1) {
      return null;
    }
    return tensor.dtype().isFloat()
        ? e.constant(tensor.dtype(), tensor.getDouble(0))
        : e.whole(tensor.dtype(), tensor.getLong(0));
  }
}
