package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * layerNorm(x [R..., D...], scale?, bias?) = (y, mean, inverse): y = (x - mean) * inverse * scale +
 * bias over the axes from {@code axis} on, with inverse = 1 / sqrt(variance + epsilon).
 *
 * <p>scale and bias broadcast to x. mean and inverse keep the reduced axes as 1; they are float32
 * where x has fewer bits.
 */
public final class LayerNorm {
  public static final OpDef OP =
      OpDef.named("layerNorm")
          .inputs(1, 3)
          .attr("axis", -1)
          .attr("epsilon", 1e-5)
          .fusion(FusionClass.ROWWISE)
          .types(LayerNorm::types)
          .reference(LayerNorm::run)
          .gradient(LayerNormGradient::rule)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    for (int i = 1; i < in.count(); i++) {
      if (in.has(i)) {
        requireBroadcast(in, i);
      }
    }
    Type statistic =
        Type.tensor(statisticType(in.dtype(0)), statisticShape(in.shape(0), in.attrs()));
    return List.of(in.tensor(0), statistic, statistic);
  }

  /** Input {@code i} must stretch to the shape of input 0. */
  static void requireBroadcast(Operands in, int i) {
    in.require(in.dtype(i).isFloat(), "input %d must be a floating tensor", i);
    Shape x = in.shape(0);
    Shape parameter = in.shape(i);
    if (!x.isRanked() || !parameter.isRanked()) {
      return;
    }
    boolean good = parameter.rank() <= x.rank();
    for (int a = 1; good && a <= parameter.rank(); a++) {
      long size = parameter.size(-a);
      good = size == 1 || size < 0 || x.size(-a) < 0 || size == x.size(-a);
    }
    in.require(good, "input %d of shape %s does not broadcast to the input's %s", i, parameter, x);
  }

  private static Shape statisticShape(Shape x, dev.gatun.core.graph.Attrs attrs) {
    if (!x.isRanked()) {
      return x;
    }
    long[] sizes = x.sizes();
    for (int a = x.axis("layerNorm", attrs.integer("axis")); a < sizes.length; a++) {
      sizes[a] = 1;
    }
    return Shape.of(sizes);
  }

  private static DType statisticType(DType x) {
    return x == DType.F64 ? x : DType.F32;
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Shape shape = src.shape();
    Shape rows = statisticShape(shape, in.attrs());
    double[] x = src.toDoubles();
    double[] mean = new double[Math.toIntExact(rows.elements())];
    double[] inverse = new double[mean.length];
    int length = mean.length == 0 ? 0 : x.length / mean.length;
    for (int row = 0; row < mean.length; row++) {
      double sum = 0;
      for (int i = row * length; i < (row + 1) * length; i++) {
        sum += x[i];
      }
      mean[row] = sum / length;
      double squares = 0;
      for (int i = row * length; i < (row + 1) * length; i++) {
        squares += (x[i] - mean[row]) * (x[i] - mean[row]);
      }
      inverse[row] = 1 / Math.sqrt(squares / length + in.attrs().real("epsilon"));
      for (int i = row * length; i < (row + 1) * length; i++) {
        x[i] = (x[i] - mean[row]) * inverse[row];
      }
    }
    scale(x, shape, in, 1);
    if (in.has(2)) {
      double[] bias = Expanded.to(in.tensor(2), shape);
      for (int i = 0; i < x.length; i++) {
        x[i] += bias[i];
      }
    }
    DType dtype = statisticType(src.dtype());
    return List.of(
        Tensor.rounded(src.dtype(), shape, x),
        Tensor.rounded(dtype, rows, mean),
        Tensor.rounded(dtype, rows, inverse));
  }

  /** Multiplies by input {@code i}, broadcast, if it is given. */
  static void scale(double[] x, Shape shape, Evaluation in, int input) {
    if (in.has(input)) {
      double[] factor = Expanded.to(in.tensor(input), shape);
      for (int i = 0; i < x.length; i++) {
        x[i] *= factor[i];
      }
    }
  }

  private LayerNorm() {}
}
