package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * dynamicQuantizeLinear(x) = (y uint8, scale, zero uint8): the range of x, which always includes 0,
 * is spread over 0 to 255; y = clamp(round(x / scale) + zero). Arithmetic is float32's. A tensor of
 * zeros has scale 1.
 */
public final class DynamicQuantizeLinear {
  public static final OpDef OP =
      OpDef.named("dynamicQuantizeLinear")
          .types(
              in -> {
                in.require(in.dtype(0) == DType.F32, "x must be float32");
                return List.of(
                    Type.tensor(DType.U8, in.shape(0)),
                    Type.tensor(DType.F32, Shape.SCALAR),
                    Type.tensor(DType.U8, Shape.SCALAR));
              })
          .reference(DynamicQuantizeLinear::run)
          .define();

  private static List<Tensor> run(Evaluation in) {
    float[] x = in.tensor(0).toFloats();
    float min = 0;
    float max = 0;
    for (float value : x) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    float scale = max == min ? 1 : (max - min) / 255;
    double zero = Math.rint(Quantization.clamp(DType.U8, -min / scale));
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Quantization.clamp(DType.U8, Math.rint(x[i] / scale) + zero);
    }
    return List.of(
        Tensor.rounded(DType.U8, in.tensor(0).shape(), y),
        Tensor.scalar(DType.F32, scale),
        Tensor.scalar(DType.U8, zero));
  }

  private DynamicQuantizeLinear() {}
}
