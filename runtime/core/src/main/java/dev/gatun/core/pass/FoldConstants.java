package dev.gatun.core.pass;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.StridedCopy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes at compile time what depends on constants only, and what asks only for shapes that are
 * fixed.
 */
final class FoldConstants implements Simplify.Nested {
  /** Larger results stay unfolded unless their inputs were as large (a transposed weight). */
  private static final long MAX_BYTES = 1L << 20;

  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (!node.op().isPure(node.attrs())) {
      return Optional.empty();
    }
    Optional<Tensor> known =
        node.op().knownValue(new Operands(node.op(), node.attrs(), inputs, node.outputs().size()));
    if (known.isPresent()) {
      return Optional.of(List.of(b.constant(node.output().name(), known.get())));
    }
    List<@Nullable Datum> values = new ArrayList<>();
    long bytes = 0;
    for (Value input : inputs) {
      if (input.isAbsent()) {
        values.add(null);
      } else if (input.constantDatum().isPresent()) {
        values.add(input.constantDatum().get());
        bytes += bytes(input.constantDatum().get());
      } else {
        return Optional.empty();
      }
    }
    long limit = Math.max(bytes, MAX_BYTES);
    for (Value output : node.outputs()) {
      if (output.type().isFixed() && bytes(output) > limit) {
        return Optional.empty();
      }
    }
    if (node.op() == Transpose.OP
        && bytes > MAX_BYTES
        && values.get(0) instanceof Tensor weight
        && weight.dtype() != DType.STRING
        && weight.shape().rank() <= StridedCopy.MAX_RANK) {
      int[] perm = Transpose.perm(node.attrs(), weight.shape().rank());
      return Optional.of(
          List.of(b.constant(node.output().name(), TransposedWeight.of(weight, perm))));
    }
    List<Value> results = new ArrayList<>();
    for (Datum datum :
        Interpreter.evaluate(
            node.op(), node.attrs(), values, node.outputs().size(), new Interpreter())) {
      if (bytes(datum) > limit) {
        return Optional.empty();
      }
      results.add(b.constant(node.outputs().get(results.size()).name(), datum));
    }
    return Optional.of(results);
  }

  private static long bytes(Value value) {
    return value.tensorType().shape().elements() * value.tensorType().dtype().bytes();
  }

  private static long bytes(Datum datum) {
    return datum instanceof Tensor tensor ? tensor.elements() * tensor.dtype().bytes() : 0;
  }
}
