package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
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
          .decompose((b, in) -> build(b, in, in.attrs().integer("groups")))
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

  /** {@link LayerNorm} of the groups, or with channels last what it consists of. */
  static List<Value> build(GraphBuilder b, Operands in, long groups) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    Shape shape = in.shape(0);
    Planes planes = Planes.of(shape, in.attrs());
    double epsilon = in.attrs().real("epsilon");
    Value normal;
    if (planes.last()) {
      Value split =
          f.reshape(x, planes.batch(), planes.positions(), groups, planes.channels() / groups);
      Value centered = f.sub(split, f.keptMean(split, 1, 3));
      Value variance = f.keptMean(f.square(centered), 1, 3);
      normal = f.div(centered, f.sqrt(f.add(variance, epsilon)));
    } else {
      long size = (long) planes.channels() / groups * planes.positions();
      Value split = f.reshape(x, planes.batch(), groups, size);
      normal = b.add(LayerNorm.OP, Attrs.of("axis", 2, "epsilon", epsilon), split);
    }
    Value y = f.reshape(normal, shape.sizes());
    y = f.mul(y, f.perChannel(in.value(1), x, planes.last()));
    return List.of(f.add(y, f.perChannel(in.value(2), x, planes.last())));
  }

  private GroupNorm() {}
}
