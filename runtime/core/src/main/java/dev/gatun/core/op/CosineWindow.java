package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * What the window functions share: (size){dtype=F32, periodic=true} gives {@code a0 - a1 cos(t) +
 * a2 cos(2 t)} with t = 2 pi i / size, or size - 1 unless periodic.
 */
final class CosineWindow {
  static OpDef define(String name, double a0, double a1, double a2) {
    return OpDef.named(name)
        .attr("dtype", DType.F32)
        .attr("periodic", true)
        .types(
            in -> {
              Sizes.requireIntegers(in, 0);
              long size = in.longs(0).map(v -> v.length == 1 ? v[0] : -1L).orElse(Shape.UNKNOWN);
              in.require(
                  in.constant(0).isEmpty() || size >= 0, "the size must be one number, 0 or more");
              return List.of(Type.tensor(in.attrs().dtype("dtype"), size));
            })
        .reference(in -> List.of(run(in, a0, a1, a2)))
        .define();
  }

  private static Tensor run(Evaluation in, double a0, double a1, double a2) {
    Shape shape = in.shape(0);
    double[] y = new double[Sizes.toInt(shape.elements())];
    int period = in.attrs().flag("periodic") ? y.length : Math.max(y.length - 1, 1);
    for (int i = 0; i < y.length; i++) {
      double t = 2 * Math.PI * i / period;
      y[i] = a0 - a1 * Math.cos(t) + a2 * Math.cos(2 * t);
    }
    return Tensor.rounded(in.attrs().dtype("dtype"), shape, y);
  }

  private CosineWindow() {}
}
