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

/**
 * batchNorm(x [N, C, S...], scale [C], bias [C], mean [C], variance [C]) = (x - mean) /
 * sqrt(variance + epsilon) * scale + bias, with given statistics (inference).
 */
public final class BatchNorm {
  public static final OpDef OP =
      OpDef.named("batchNorm")
          .inputs(5)
          .attr("epsilon", 1e-5)
          .attr("layout", "NCHW")
          .fusion(FusionClass.BROADCAST)
          .types(
              in -> {
                for (int i = 1; i < 5; i++) {
                  requireChannels(in, i);
                }
                return List.of(in.tensor(0));
              })
          .reference(BatchNorm::run)
          .decompose(BatchNorm::build)
          .define();

  /** Input {@code i} must be a vector with one number a channel of input 0. */
  static void requireChannels(Operands in, int i) {
    in.require(in.dtype(0).isFloat() && in.dtype(i).isFloat(), "all inputs must be floating");
    Shape x = in.shape(0);
    Shape parameter = in.shape(i);
    long channels = x.isRanked() ? Planes.channels(x, Planes.isLast(in.attrs())) : -1;
    in.require(
        !parameter.isRanked()
            || parameter.rank() == 1
                && (parameter.size(0) < 0 || channels < 0 || parameter.size(0) == channels),
        "input %d must be a vector with one number for each of %d channels",
        i,
        channels);
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Planes planes = Planes.of(src.shape(), in.attrs());
    double[] x = src.toDoubles();
    double[] scale = in.tensor(1).toDoubles();
    double[] bias = in.tensor(2).toDoubles();
    double[] mean = in.tensor(3).toDoubles();
    double[] variance = in.tensor(4).toDoubles();
    normalize(x, planes, scale, bias, mean, variance, in.attrs().real("epsilon"));
    return List.of(Tensor.rounded(src.dtype(), src.shape(), x));
  }

  static void normalize(
      double[] x,
      Planes planes,
      double[] scale,
      double[] bias,
      double[] mean,
      double[] variance,
      double epsilon) {
    for (int n = 0; n < planes.batch(); n++) {
      for (int c = 0; c < planes.channels(); c++) {
        int from = n * planes.batchStride() + c * planes.channelStride();
        double deviation = Math.sqrt(variance[c] + epsilon);
        for (int p = 0; p < planes.positions(); p++) {
          int at = from + p * planes.positionStride();
          x[at] = (x[at] - mean[c]) / deviation * scale[c] + bias[c];
        }
      }
    }
  }

  /** x * factor + shift with one factor and shift a channel. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    boolean last = Planes.isLast(in.attrs());
    Value deviation = f.sqrt(f.add(in.value(4), in.attrs().real("epsilon")));
    Value factor = f.div(in.value(1), f.cast(deviation, in.dtype(1)));
    Value shift = f.sub(in.value(2), f.mul(f.cast(in.value(3), in.dtype(1)), factor));
    return List.of(f.add(f.mul(x, f.perChannel(factor, x, last)), f.perChannel(shift, x, last)));
  }

  private BatchNorm() {}
}
