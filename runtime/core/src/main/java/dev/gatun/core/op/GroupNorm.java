package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * groupNorm(x [N, C, S...], scale [C], bias [C]) = (x - mean) / sqrt(variance + epsilon) * scale +
 * bias, mean and variance over a group of C / groups neighbouring channels and all positions of one
 * image (Wu and He 2018).
 */
public final class GroupNorm {
  public static final OpDef OP =
      OpDef.named("groupNorm")
          .inputs(3)
          .attr("groups")
          .attr("epsilon", 1e-5)
          .attr("layout", "NCHW")
          .types(GroupNorm::types)
          .reference(
              in ->
                  run(
                      in,
                      Planes.of(in.tensor(0).shape(), in.attrs()).channels()
                          / in.attrs().intValue("groups")))
          .define();

  private static List<Type> types(Operands in) {
    BatchNorm.requireChannels(in, 1);
    BatchNorm.requireChannels(in, 2);
    long groups = in.attrs().integer("groups");
    Shape x = in.shape(0);
    long channels = x.isRanked() ? Planes.channels(x, Planes.isLast(in.attrs())) : -1;
    in.require(
        groups >= 1 && (channels < 0 || channels % groups == 0),
        "%d channels cannot be split into %d groups",
        channels,
        groups);
    return List.of(in.tensor(0));
  }

  static List<Tensor> run(Evaluation in, int groupSize) {
    Tensor src = in.tensor(0);
    Planes planes = Planes.of(src.shape(), in.attrs());
    double[] x = src.toDoubles();
    double[] scale = in.tensor(1).toDoubles();
    double[] bias = in.tensor(2).toDoubles();
    double count = (double) groupSize * planes.positions();
    for (int n = 0; n < planes.batch(); n++) {
      for (int first = 0; first < planes.channels(); first += groupSize) {
        double sum = 0;
        for (int c = first; c < first + groupSize; c++) {
          for (int p = 0; p < planes.positions(); p++) {
            sum += x[planes.at(n, c, p)];
          }
        }
        double mean = sum / count;
        double squares = 0;
        for (int c = first; c < first + groupSize; c++) {
          for (int p = 0; p < planes.positions(); p++) {
            double d = x[planes.at(n, c, p)] - mean;
            squares += d * d;
          }
        }
        double deviation = Math.sqrt(squares / count + in.attrs().real("epsilon"));
        for (int c = first; c < first + groupSize; c++) {
          for (int p = 0; p < planes.positions(); p++) {
            int at = planes.at(n, c, p);
            x[at] = (x[at] - mean) / deviation * scale[c] + bias[c];
          }
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), src.shape(), x));
  }

  private GroupNorm() {}
}
