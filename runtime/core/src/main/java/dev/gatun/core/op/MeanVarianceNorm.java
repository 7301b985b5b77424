package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * meanVarianceNorm(x) = (x - mean) / (sqrt(mean of (x - mean)^2) + 1e-9), means over the given
 * axes; the constant is ONNX's.
 */
public final class MeanVarianceNorm {
  public static final OpDef OP =
      OpDef.named("meanVarianceNorm")
          .attr("axes", new long[] {0, 2, 3})
          .types(
              in -> {
                in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
                if (in.shape(0).isRanked()) {
                  Axes.several(in, in.attrs().longs("axes"), in.shape(0).rank());
                }
                return List.of(in.tensor(0));
              })
          .decompose(MeanVarianceNorm::build)
          .differentiateAs(MeanVarianceNorm::flatWhereConstant)
          .define();

  private static List<Value> build(GraphBuilder b, Operands in) {
    Value axes = b.constant(Tensor.vector(in.attrs().longs("axes")));
    Value centered = b.add(Sub.OP, in.value(0), b.add(ReduceMean.OP, in.value(0), axes));
    Value variance = b.add(ReduceMean.OP, b.add(Mul.OP, centered, centered), axes);
    Value deviation =
        b.add(
            Add.OP,
            b.add(Sqrt.OP, Attrs.NONE, variance),
            b.constant(Tensor.scalar(in.dtype(0), 1e-9)));
    return List.of(b.add(Div.OP, centered, deviation));
  }

  /** With no gradient where all elements are equal: that of the root would be infinite. */
  private static List<Value> flatWhereConstant(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    long[] axes = in.attrs().longs("axes");
    Value centered = f.sub(in.value(0), f.keptMean(in.value(0), axes));
    Value variance = f.keptMean(f.square(centered), axes);
    Value even = f.equal(variance, 0);
    Value root = f.sqrt(f.where(even, f.number(variance, 1), variance));
    Value deviation = f.add(f.where(even, f.number(variance, 0), root), 1e-9);
    return List.of(f.div(centered, deviation));
  }

  private MeanVarianceNorm() {}
}
