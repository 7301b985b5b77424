package dev.gatun.core.graph;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * The type rule of pointwise operators: shapes broadcast, the expression gives the element type.
 */
final class PointwiseTypes {
  static Type.OfTensor infer(Operands in, OpDef.Pointwise expression) {
    ExprBuilder e = new ExprBuilder();
    List<Expr> x = new ArrayList<>();
    Shape shape = Shape.SCALAR;
    for (int i = 0; i < in.count(); i++) {
      x.add(e.input(i, in.dtype(i)));
      shape = Broadcast.shape(in.op().name(), shape, in.shape(i));
    }
    try {
      return Type.tensor(expression.value(e, in.attrs(), x).type(), shape);
    } catch (ShapeException mismatch) {
      throw in.error("%s", String.valueOf(mismatch.getMessage()));
    }
  }

  private PointwiseTypes() {}
}
