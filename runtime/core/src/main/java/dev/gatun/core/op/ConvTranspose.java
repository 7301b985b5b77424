package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * convTranspose(x [N, C, S...], weight [C, O/groups, K...], bias [O]?) [N, O, T...]: the gradient
 * of {@link Conv} with respect to its input; x[n, c, s] * weight[c, o, k] is added to y[n, o, s *
 * stride - pad + k * dilation].
 *
 * <p>T = stride * (S - 1) + outputPadding + (K - 1) * dilation + 1 - pads, or outputShape, from
 * which the pads then follow. Layout as for conv.
 */
public final class ConvTranspose {
  public static final OpDef OP =
      OpDef.named("convTranspose")
          .inputs(2, 3)
          .attr("strides")
          .attr("pads")
          .attr("dilations")
          .attr("groups", 1)
          .attr("outputPadding")
          .attr("outputShape")
          .attr("autoPad", "NOTSET")
          .attr("layout", "NCHW")
          .fusion(FusionClass.CONTRACTION)
          .types(ConvTranspose::types)
          .reference(ConvTranspose::run)
          .gradient(ConvGradient::ofTransposed)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    in.require(
        in.dtype(0) == in.dtype(1) && in.dtype(0).isFloat(),
        "input and weight must have one floating type");
    if (!x.isRanked() || !w.isRanked()) {
      return List.of(Type.tensor(in.dtype(0), Shape.UNRANKED));
    }
    in.require(x.rank() >= 3, "the input must have batch, channel and spatial axes");
    in.require(w.rank() == x.rank(), "the weight must have as many axes as the input");
    boolean last = Planes.isLast(in.attrs());
    long groups = in.attrs().integer("groups");
    long channels = Planes.channels(x, last);
    in.require(groups >= 1, "groups must be 1 or more, got %d", groups);
    in.require(
        channels < 0 || w.size(0) < 0 || w.size(0) == channels && channels % groups == 0,
        "the input has %d channels but the weight takes %d in %d groups",
        channels,
        w.size(0),
        groups);
    long outChannels = w.size(1) < 0 ? -1 : w.size(1) * groups;
    if (in.has(2)) {
      Shape bias = in.shape(2);
      in.require(
          in.dtype(2) == in.dtype(0)
              && (!bias.isRanked()
                  || bias.rank() == 1
                      && (bias.size(0) < 0 || outChannels < 0 || bias.size(0) == outChannels)),
          "the bias must be a vector with one value for each of %d output channels",
          outChannels);
    }
    Window window = window(in.attrs(), x, w);
    return List.of(
        Type.tensor(in.dtype(0), Planes.shape(x.size(0), outChannels, window.out(), last)));
  }

  private static Window window(Attrs attrs, Shape x, Shape w) {
    return Window.transposed(
        "convTranspose",
        attrs,
        Planes.spatial(x, Planes.isLast(attrs)),
        Arrays.copyOfRange(w.sizes(), 2, w.rank()));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Tensor weight = in.tensor(1);
    Window window = window(in.attrs(), src.shape(), weight.shape());
    Planes from = Planes.of(src.shape(), in.attrs());
    int groups = in.attrs().intValue("groups");
    int groupIn = from.channels() / groups;
    int groupOut = Math.toIntExact(weight.shape().size(1));
    Shape shape = Planes.shape(from.batch(), (long) groupOut * groups, window.out(), from.last());
    Planes to = Planes.of(shape, in.attrs());

    double[] x = src.toDoubles();
    double[] w = weight.toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    int taps = window.taps();
    for (int tap = 0; tap < taps; tap++) {
      int[] targets = window.targets(tap);
      for (int n = 0; n < from.batch(); n++) {
        for (int c = 0; c < from.channels(); c++) {
          int firstOut = c / groupIn * groupOut;
          for (int o = 0; o < groupOut; o++) {
            scatter(
                x,
                n * from.batchStride() + c * from.channelStride(),
                from.positionStride(),
                w[(c * groupOut + o) * taps + tap],
                y,
                n * to.batchStride() + (firstOut + o) * to.channelStride(),
                to.positionStride(),
                targets);
          }
        }
      }
    }
    if (in.has(2)) {
      Conv.addBias(y, in.tensor(2).toDoubles(), to);
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  private static void scatter(
      double[] x,
      int from,
      int fromStride,
      double weight,
      double[] y,
      int to,
      int toStride,
      int[] targets) {
    for (int p = 0; p < targets.length; p++) {
      if (targets[p] >= 0) {
        y[to + targets[p] * toStride] += weight * x[from + p * fromStride];
      }
    }
  }

  private ConvTranspose() {}
}
