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
    Shape shape = Shape.SCALAR;
    for (int i = 0; i < in.count(); i++) {
      Tensor tensor = in.tensor(i);
      tensors.add(tensor);
      x.add(e.input(i, tensor.dtype()));
      shape = Broadcast.shape("pointwise", shape, tensor.shape());
    }
    Expr value = expression.value(e, in.attrs(), x);
    TensorBuilder result = new TensorBuilder(value.type(), shape);
    ExprEvaluator evaluator = new ExprEvaluator(value);
    int rank = shape.rank();
    long[][] strides = new long[tensors.size()][];
    for (int t = 0; t < strides.length; t++) {
      strides[t] = Broadcast.strides(tensors.get(t).shape(), shape);
    }
    long[] position = new long[rank];
    long[] offsets = new long[tensors.size()];
    long elements = shape.elements();
    for (long i = 0; i < elements; i++) {
      evaluator.evaluate(tensors, offsets, result, i);
      // Odometer: steps the last axis and carries.
      for (int axis = rank - 1; axis >= 0; axis--) {
        position[axis]++;
        for (int t = 0; t < strides.length; t++) {
          offsets[t] += strides[t][axis];
        }
        if (position[axis] < shape.size(axis)) {
          break;
        }
        for (int t = 0; t < strides.length; t++) {
          offsets[t] -= strides[t][axis] * position[axis];
        }
        position[axis] = 0;
      }
    }
    return result.build();
  }

  private PointwiseReference() {}
}
