package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** stringConcat(x, y): texts joined element by element, with broadcasting. */
final class StringConcat {
  static final OpDef OP =
      OpDef.named("stringConcat")
          .inputs(2)
          .types(
              in ->
                  List.of(
                      Type.tensor(
                          DType.STRING, Broadcast.shape("stringConcat", in.shape(0), in.shape(1)))))
          .reference(StringConcat::run)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor y = in.tensor(1);
    Shape shape = Broadcast.shape("stringConcat", x.shape(), y.shape());
    TensorBuilder out = new TensorBuilder(DType.STRING, shape);
    long[] xStrides = Broadcast.strides(x.shape(), shape);
    long[] yStrides = Broadcast.strides(y.shape(), shape);
    for (long i = 0; i < shape.elements(); i++) {
      long rest = i;
      long xAt = 0;
      long yAt = 0;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        long at = rest % shape.size(axis);
        rest /= shape.size(axis);
        xAt += at * xStrides[axis];
        yAt += at * yStrides[axis];
      }
      out.set(i, x.getString(xAt) + y.getString(yAt));
    }
    return List.of(out.build());
  }

  private StringConcat() {}
}
