package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.SmallFloats;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * quantizeLinear(x, scale, zero?) = round(x / scale) + zero, clamped to an integer type; for
 * floating types x / scale + zero, rounded to it and, if saturate, not beyond its largest value.
 * {@link Quantization} has the kinds of scales.
 *
 * <p>The type is outputDtype or else that of the zero point or else uint8. The quotient is rounded
 * to the type of the scale before its ties go to even, so that a float32 model rounds here as
 * elsewhere.
 */
public final class QuantizeLinear {
  public static final OpDef OP =
      OpDef.named("quantizeLinear")
          .inputs(2, 3)
          .attr("axis", 1)
          .attr("blockSize", 0)
          .attr("outputDtype")
          .attr("saturate", true)
          .types(QuantizeLinear::types)
          .reference(QuantizeLinear::run)
          .decompose(QuantizeLinear::build)
          .flat()
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isNumber(), "x must be a tensor of numbers");
    Quantization.check(in);
    DType type =
        in.attrs().has("outputDtype")
            ? in.attrs().dtype("outputDtype")
            : in.has(2) ? in.dtype(2) : DType.U8;
    in.require(type.isNumber(), "cannot quantize to %s", type);
    in.require(!in.has(2) || in.dtype(2) == type, "the zero point must be of type %s", type);
    return List.of(Type.tensor(type, in.shape(0)));
  }

  private static List<Tensor> run(Evaluation in) {
    DType type = ((Type.OfTensor) in.type(0)).dtype();
    Shape shape = in.shape(0);
    DType arithmetic = in.tensor(1).dtype();
    int[] index = Quantization.scales(in);
    double[] x = in.tensor(0).toDoubles();
    double[] scale = in.tensor(1).toDoubles();
    double[] zero = in.has(2) ? in.tensor(2).toDoubles() : new double[scale.length];
    for (int i = 0; i < x.length; i++) {
      double quotient = Quantization.round(arithmetic, x[i] / scale[index[i]]);
      x[i] =
          type.isInteger()
              ? Quantization.clamp(type, Math.rint(quotient) + zero[index[i]])
              : quotient + zero[index[i]];
    }
    if (type.isFloat() && type.bytes() == 1 && !in.attrs().flag("saturate")) {
      byte[] bytes = new byte[x.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = SmallFloats.encode(type, x[i], false);
      }
      return List.of(Tensor.wrap(type, shape, MemorySegment.ofArray(bytes)));
    }
    return List.of(Tensor.rounded(type, shape, x));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    DType type = ((Type.OfTensor) types(in).get(0)).dtype();
    Value scale = Quantization.spread(f, in, in.value(1));
    Value quotient = f.div(f.cast(in.value(0), in.dtype(1)), scale);
    Attrs to = Attrs.of("to", type);
    if (!type.isInteger()) {
      return List.of(b.add(Cast.OP, to.with("saturate", in.attrs().flag("saturate")), quotient));
    }
    // In a type that holds every integer of the result's.
    DType wide = in.dtype(1) == DType.F64 ? DType.F64 : DType.F32;
    Value whole = b.add(Round.OP, f.cast(quotient, wide));
    if (in.has(2)) {
      whole = f.add(whole, Quantization.spread(f, in, f.cast(in.value(2), wide)));
    }
    Value clipped = b.add(Clip.OP, Attrs.of("min", type.lowest(), "max", type.highest()), whole);
    return List.of(b.add(Cast.OP, to, clipped));
  }

  private QuantizeLinear() {}
}
