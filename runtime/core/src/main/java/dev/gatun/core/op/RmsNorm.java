package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;

/**
 * rmsNorm(x [R..., D...], scale?) = x / sqrt(mean(x^2) + epsilon) * scale over the axes from {@code
 * axis} on (Zhang and Sennrich 2019); scale broadcasts to x.
 */
public final class RmsNorm {
  public static final OpDef OP =
      OpDef.named("rmsNorm")
          .inputs(1, 2)
          .attr("axis", -1)
          .attr("epsilon", 1e-5)
          .fusion(FusionClass.ROWWISE)
          .types(
              in -> {
                in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
                if (in.shape(0).isRanked()) {
                  Axes.one(in, in.attrs().integer("axis"), in.shape(0).rank());
                }
                if (in.has(1)) {
                  LayerNorm.requireBroadcast(in, 1);
                }
                return List.of(in.tensor(0));
              })
          .reference(RmsNorm::run)
          .decompose(RmsNorm::build)
          .gradient(RmsNormGradient::rule)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Shape shape = src.shape();
    int length = 1;
    for (int a = Axes.at(in.attrs().integer("axis"), shape.rank()); a < shape.rank(); a++) {
      length *= (int) shape.size(a);
    }
    double[] x = src.toDoubles();
    for (int from = 0; from < x.length; from += length) {
      double squares = 0;
      for (int i = from; i < from + length; i++) {
        squares += x[i] * x[i];
      }
      double root = Math.sqrt(squares / length + in.attrs().real("epsilon"));
      for (int i = from; i < from + length; i++) {
        x[i] /= root;
      }
    }
    LayerNorm.scale(x, shape, in, 1);
    return List.of(Tensor.rounded(src.dtype(), shape, x));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    int rank = in.shape(0).rank();
    int first = Axes.at(in.attrs().integer("axis"), rank);
    long[] axes = LongStream.range(first, rank).toArray();
    Value mean = f.keptMean(f.square(x), axes);
    Value y = f.div(x, f.sqrt(f.add(mean, in.attrs().real("epsilon"))));
    return List.of(in.has(1) ? f.mul(y, f.cast(in.value(1), in.dtype(0))) : y);
  }

  private RmsNorm() {}
}
