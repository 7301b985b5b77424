package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * dequantizeLinear(x, scale, zero?, offset?) = (x - zero) * scale + offset, of the type of the
 * scale unless outputDtype says another. {@link Quantization} has the kinds of scales; an offset is
 * a float for each scale, as files have it whose smallest weight of a block need not be a multiple
 * of the scale.
 */
public final class DequantizeLinear {
  public static final OpDef OP =
      OpDef.named("dequantizeLinear")
          .inputs(2, 4)
          .attr("axis", 1)
          .attr("blockSize", 0)
          .attr("outputDtype")
          .types(DequantizeLinear::types)
          .reference(DequantizeLinear::run)
          .decompose(DequantizeLinear::build)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isNumber(), "x must be a tensor of numbers");
    Quantization.check(in);
    in.require(!in.has(2) || in.dtype(2) == in.dtype(0), "the zero point must have the type of x");
    in.require(
        !in.has(3)
            || in.dtype(3).isFloat()
                && (!in.shape(3).isFixed()
                    || !in.shape(1).isFixed()
                    || in.shape(3).equals(in.shape(1))),
        "the offset must be floating and of the shape of the scale");
    DType type = in.attrs().has("outputDtype") ? in.attrs().dtype("outputDtype") : in.dtype(1);
    in.require(type.isFloat(), "cannot dequantize to %s", type);
    return List.of(Type.tensor(type, in.shape(0)));
  }

  private static List<Tensor> run(Evaluation in) {
    int[] index = Quantization.scales(in);
    double[] x = in.tensor(0).toDoubles();
    double[] scale = in.tensor(1).toDoubles();
    double[] zero = in.has(2) ? in.tensor(2).toDoubles() : new double[scale.length];
    double[] offset = in.has(3) ? in.tensor(3).toDoubles() : new double[scale.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = (x[i] - zero[index[i]]) * scale[index[i]] + offset[index[i]];
    }
    return List.of(Tensor.rounded(((Type.OfTensor) in.type(0)).dtype(), in.shape(0), x));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    DType result = ((Type.OfTensor) types(in).get(0)).dtype();
    // Scales of 16 bits save room; what they scale is not rounded to 16 bits on the way.
    DType arithmetic = in.dtype(1).bytes() < result.bytes() ? result : in.dtype(1);
    Value x = f.cast(in.value(0), arithmetic);
    if (in.has(2)) {
      x = f.sub(x, Quantization.spread(f, in, f.cast(in.value(2), arithmetic)));
    }
    Value y = f.mul(x, Quantization.spread(f, in, f.cast(in.value(1), arithmetic)));
    if (in.has(3)) {
      y = f.add(y, Quantization.spread(f, in, f.cast(in.value(3), arithmetic)));
    }
    return List.of(f.cast(y, result));
  }

  private DequantizeLinear() {}
}
