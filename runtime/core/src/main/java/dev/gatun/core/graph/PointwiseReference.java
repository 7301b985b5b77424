package dev.gatun.core.graph;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.ExprEvaluator;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.ArrayList;
import java.util.List;

/** Evaluates a pointwise expression element by element. */
final class PointwiseReference {
  static Tensor run(OpDef.Pointwise expression, Evaluation in) {
    ExprBuilder e = new ExprBuilder();
    List<Expr> x = new ArrayList<>();
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < in.count(); i++) {
      Tensor tensor = in.tensor(i);
      tensors.add(tensor);
      x.add(e.input(i, tensor.dtype()));
    }
    TensorBuilder result = in.builder(0);
    Shape shape = result.shape();
    long[][] strides = new long[tensors.size()][];
    for (int t = 0; t < strides.length; t++) {
      strides[t] = Broadcast.strides(tensors.get(t).shape(), shape);
    }
    ExprEvaluator evaluator = new ExprEvaluator(expression.value(e, in.attrs(), x));
    Indexer at = new Indexer(shape, strides);
    long elements = shape.elements();
    for (long i = 0; i < elements; i++, at.step()) {
      evaluator.evaluate(tensors, at.offsets(), result, i);
    }
    return result.build();
  }

  private PointwiseReference() {}
}
