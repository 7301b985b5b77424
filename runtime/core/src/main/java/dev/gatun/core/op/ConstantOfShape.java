package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * constantOfShape(shape) = a tensor of that shape filled with {@code value}, a tensor of one
 * element.
 */
public final class ConstantOfShape {
  public static final OpDef OP =
      OpDef.named("constantOfShape")
          .attr("value", Tensor.of(new float[1], 1))
          .fusion(FusionClass.BROADCAST)
          .types(
              in -> {
                Tensor value = in.attrs().tensor("value");
                in.require(value.elements() == 1, "value must have one element, got %s", value);
                return List.of(Type.tensor(value.dtype(), shape(in)));
              })
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                long elements = y.shape().elements();
                for (long i = 0; i < elements; i++) {
                  y.copy(i, in.attrs().tensor("value"), 0);
                }
                return List.of(y.build());
              })
          .define();

  /** The shape that an input of sizes gives. */
  static Shape shape(Operands in) {
    Sizes.requireIntegers(in, 0);
    if (in.longs(0).isEmpty()) {
      return Sizes.ofLength(in, 0);
    }
    long[] sizes = in.longs(0).get();
    for (long size : sizes) {
      in.require(size >= 0, "shape %s has a negative size", Sizes.text(sizes));
    }
    return Shape.of(sizes);
  }

  private ConstantOfShape() {}
}
