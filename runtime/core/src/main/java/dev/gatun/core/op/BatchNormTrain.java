package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * batchNormTrain(x [N, C, S...], scale [C], bias [C]) = (y, mean [C], variance [C]): as {@link
 * BatchNorm} with the statistics of this very batch. The variance is the biased one (divided by N
 * S); running averages are the caller's business.
 */
public final class BatchNormTrain {
  public static final OpDef OP =
      OpDef.named("batchNormTrain")
          .inputs(3)
          .attr("epsilon", 1e-5)
          .attr("layout", "NCHW")
          .types(BatchNormTrain::types)
          .reference(BatchNormTrain::run)
          .gradient(BatchNormGradient::rule)
          .define();

  private static List<Type> types(Operands in) {
    BatchNorm.requireChannels(in, 1);
    BatchNorm.requireChannels(in, 2);
    Shape x = in.shape(0);
    DType dtype = in.dtype(1);
    Type statistic =
        Type.tensor(
            dtype, x.isRanked() ? Planes.channels(x, Planes.isLast(in.attrs())) : Shape.UNKNOWN);
    return List.of(in.tensor(0), statistic, statistic);
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Planes planes = Planes.of(src.shape(), in.attrs());
    double[] x = src.toDoubles();
    double[] mean = new double[planes.channels()];
    double[] variance = new double[planes.channels()];
    for (int c = 0; c < mean.length; c++) {
      double count = (double) planes.batch() * planes.positions();
      double sum = 0;
      for (int n = 0; n < planes.batch(); n++) {
        for (int p = 0; p < planes.positions(); p++) {
          sum += x[planes.at(n, c, p)];
        }
      }
      mean[c] = sum / count;
      double squares = 0;
      for (int n = 0; n < planes.batch(); n++) {
        for (int p = 0; p < planes.positions(); p++) {
          double d = x[planes.at(n, c, p)] - mean[c];
          squares += d * d;
        }
      }
      variance[c] = squares / count;
    }
    BatchNorm.normalize(
        x,
        planes,
        in.tensor(1).toDoubles(),
        in.tensor(2).toDoubles(),
        mean,
        variance,
        in.attrs().real("epsilon"));
    DType dtype = in.tensor(1).dtype();
    Shape channels = Shape.of(planes.channels());
    return List.of(
        Tensor.rounded(src.dtype(), src.shape(), x),
        Tensor.rounded(dtype, channels, mean),
        Tensor.rounded(dtype, channels, variance));
  }

  private BatchNormTrain() {}
}
