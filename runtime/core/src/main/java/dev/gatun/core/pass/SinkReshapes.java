package dev.gatun.core.pass;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.RmsNorm;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Moves reshapes behind products with one matrix, norms and pointwise operators, where they meet
 * the reshape back and vanish: some exporters flatten [batch, row, width] around every linear
 * layer, which keeps its bias, activation and residual from becoming its epilogue.
 */
final class SinkReshapes implements Simplify.Nested {
  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (inputs.isEmpty()
        || node.outputs().size() != 1
        || !inputs.stream().allMatch(v -> !v.isAbsent() && v.type().isFixed())) {
      return Optional.empty();
    }
    if (node.op() == Matmul.OP) {
      return product(node, inputs, b);
    }
    if (node.op() == LayerNorm.OP || node.op() == RmsNorm.OP) {
      return norm(node, inputs, b);
    }
    return node.op().pointwise().isPresent() ? pointwise(node, inputs, b) : Optional.empty();
  }

  private static Optional<List<Value>> product(Node node, List<Value> inputs, GraphBuilder b) {
    Optional<Value> source = source(inputs.get(0));
    Shape left = inputs.get(0).tensorType().shape();
    Shape right = inputs.get(1).tensorType().shape();
    if (source.isEmpty() || right.rank() != 2 || left.rank() < 2) {
      return Optional.empty();
    }
    Shape from = source.get().tensorType().shape();
    if (node.attrs().flag("transposeA") || from.rank() < 2 || from.size(-1) != left.size(-1)) {
      return Optional.empty();
    }
    long[] sizes = left.sizes();
    sizes[sizes.length - 1] = right.size(node.attrs().flag("transposeB") ? 0 : 1);
    Value y =
        b.add(node.op(), node.attrs(), List.of(source.get(), inputs.get(1)), 1, node.name()).get(0);
    return Optional.of(List.of(Reshape.to(y, Shape.of(sizes), b)));
  }

  private static Optional<List<Value>> pointwise(Node node, List<Value> inputs, GraphBuilder b) {
    for (Value input : inputs) {
      Optional<Value> source = source(input);
      if (source.isEmpty() || inputs.size() > 1 && !isComputed(source.get())) {
        continue;
      }
      Shape inner = source.get().tensorType().shape();
      Shape outer = input.tensorType().shape();
      List<Value> args = new ArrayList<>();
      for (Value other : inputs) {
        before(other, inner, outer, b).ifPresent(args::add);
      }
      if (args.size() < inputs.size()) {
        continue;
      }
      Value y = b.add(node.op(), node.attrs(), args, 1, node.name()).get(0);
      if (y.tensorType().shape().equals(inner)) {
        return Optional.of(List.of(Reshape.to(y, outer, b)));
      }
    }
    return Optional.empty();
  }

  /** Whether the value may become one kernel with what reads it. */
  private static boolean isComputed(Value value) {
    return value
        .producer()
        .filter(p -> p.op() == Matmul.OP || p.op().pointwise().isPresent())
        .isPresent();
  }

  /** A norm along the last axis, with parameters of that axis alone. */
  private static Optional<List<Value>> norm(Node node, List<Value> inputs, GraphBuilder b) {
    Optional<Value> source = source(inputs.get(0));
    Shape outer = inputs.get(0).tensorType().shape();
    if (source.isEmpty()
        || outer.axis(node.op().name(), node.attrs().integer("axis")) != outer.rank() - 1) {
      return Optional.empty();
    }
    Shape inner = source.get().tensorType().shape();
    if (inner.rank() == 0 || inner.size(-1) != outer.size(-1)) {
      return Optional.empty();
    }
    List<Value> args = new ArrayList<>(inputs);
    args.set(0, source.get());
    for (Value parameter : inputs.subList(1, inputs.size())) {
      if (parameter.tensorType().shape().rank() > 1) {
        return Optional.empty();
      }
    }
    Value y = b.add(node.op(), node.attrs().with("axis", -1), args, 1, node.name()).get(0);
    return Optional.of(List.of(Reshape.to(y, outer, b)));
  }

  /**
   * What combines with the inner shape as the value does with the outer one, if it moves nothing.
   */
  private static Optional<Value> before(Value value, Shape inner, Shape outer, GraphBuilder b) {
    Shape shape = value.tensorType().shape();
    if (shape.rank() > outer.rank()) {
      return Optional.empty();
    }
    boolean row =
        shape.rank() > 0
            && shape.elements() == shape.size(-1)
            && inner.rank() > 0
            && inner.size(-1) == outer.size(-1);
    if ((shape.elements() == 1 || row) && shape.rank() <= inner.rank()) {
      return Optional.of(value);
    }
    Optional<Value> source =
        source(value).filter(x -> x.tensorType().shape().equals(inner) && shape.equals(outer));
    if (source.isPresent()) {
      return source;
    }
    if (!shape.equals(outer)) {
      return Optional.empty();
    }
    return value
        .constant()
        .map(t -> b.constant(value.name(), t.reshape(inner)))
        .or(() -> Optional.of(Reshape.to(value, inner, b)));
  }

  private static Optional<Value> source(Value value) {
    return value
        .producer()
        .filter(p -> p.op() == Reshape.OP)
        .map(p -> p.input(0))
        .filter(x -> x.type().isFixed());
  }
}
