package dev.gatun.core.op;

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
 * conv(x [N, C, S...], weight [O, C/groups, K...], bias [O]?) [N, O, T...]: cross-correlation over
 * any number of spatial axes, {@code y[n, o, t] = bias[o] + sum over c, k of weight[o, c, k] * x[n,
 * c, t * stride - pad + k * dilation]}; {@link Window} has the geometry.
 *
 * <p>The layout attribute is that of x and the result; the weight is always [O, C/groups, K...].
 * With {@code exact} products are added up as they are, never by Winograd's algorithm: sums of
 * float32 integers below 2^24 then are exact.
 */
public final class Conv {
  public static final OpDef OP =
      OpDef.named("conv")
          .inputs(2, 3)
          .attr("strides")
          .attr("pads")
          .attr("dilations")
          .attr("groups", 1)
          .attr("autoPad", "NOTSET")
          .attr("layout", "NCHW")
          .attr("exact", false)
          .fusion(FusionClass.CONTRACTION)
          .types(Conv::types)
          .reference(Conv::run)
          .gradient(ConvGradient::of)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    in.require(
        in.dtype(0) == in.dtype(1) && (in.dtype(0).isFloat() || in.dtype(0).isInteger()),
        "input and weight must have one number type");
    if (in.has(2)) {
      in.require(
          in.dtype(2) == in.dtype(0)
              && (!in.shape(2).isRanked() || in.shape(2).rank() == 1)
              && agree(in.shape(2), 0, w, 0),
          "the bias must be a vector with one value an output channel");
    }
    if (!x.isRanked()) {
      return List.of(Type.tensor(in.dtype(0), Shape.UNRANKED));
    }
    in.require(x.rank() >= 3, "the input must have batch, channel and spatial axes");
    boolean last = Planes.isLast(in.attrs());
    if (!w.isRanked()) {
      long[] spatial = new long[x.rank() - 2];
      Arrays.fill(spatial, Shape.UNKNOWN);
      return List.of(
          Type.tensor(in.dtype(0), Planes.shape(x.size(0), Shape.UNKNOWN, spatial, last)));
    }
    in.require(w.rank() == x.rank(), "the weight must have as many axes as the input");
    long groups = in.attrs().integer("groups");
    long channels = Planes.channels(x, last);
    in.require(groups >= 1, "groups must be 1 or more, got %d", groups);
    in.require(
        channels < 0 || w.size(1) < 0 || w.size(1) * groups == channels,
        "the input has %d channels but the weight takes %d x %d groups",
        channels,
        w.size(1),
        groups);
    in.require(
        w.size(0) < 0 || w.size(0) % groups == 0,
        "%d output channels cannot be split into %d groups",
        w.size(0),
        groups);
    Window window = window(in.op().name(), in.attrs(), x, w);
    return List.of(
        Type.tensor(in.dtype(0), Planes.shape(x.size(0), w.size(0), window.out(), last)));
  }

  private static boolean agree(Shape a, int axis, Shape b, int other) {
    return !a.isRanked()
        || !b.isRanked()
        || a.size(axis) < 0
        || b.size(other) < 0
        || a.size(axis) == b.size(other);
  }

  private static Window window(String op, dev.gatun.core.graph.Attrs attrs, Shape x, Shape w) {
    return Window.of(
        op,
        attrs,
        Planes.spatial(x, Planes.isLast(attrs)),
        Arrays.copyOfRange(w.sizes(), 2, w.rank()));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Tensor weight = in.tensor(1);
    Window window = window("conv", in.attrs(), src.shape(), weight.shape());
    Planes from = Planes.of(src.shape(), in.attrs());
    int groups = in.attrs().intValue("groups");
    int outChannels = Math.toIntExact(weight.shape().size(0));
    Shape shape = Planes.shape(from.batch(), outChannels, window.out(), from.last());
    Planes to = Planes.of(shape, in.attrs());

    double[] x = src.toDoubles();
    double[] w = weight.toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    int taps = window.taps();
    int groupIn = from.channels() / groups;
    int groupOut = outChannels / groups;
    double[] acc = new double[to.positions()];
    for (int tap = 0; tap < taps; tap++) {
      int[] sources = window.sources(tap);
      for (int n = 0; n < from.batch(); n++) {
        for (int o = 0; o < outChannels; o++) {
          Arrays.fill(acc, 0);
          int firstIn = o / groupOut * groupIn;
          for (int c = 0; c < groupIn; c++) {
            accumulate(
                acc,
                w[(o * groupIn + c) * taps + tap],
                x,
                n * from.batchStride() + (firstIn + c) * from.channelStride(),
                from.positionStride(),
                sources);
          }
          int at = n * to.batchStride() + o * to.channelStride();
          for (int p = 0; p < acc.length; p++) {
            y[at + p * to.positionStride()] += acc[p];
          }
        }
      }
    }
    if (in.has(2)) {
      addBias(y, in.tensor(2).toDoubles(), to);
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  private static void accumulate(
      double[] acc, double weight, double[] x, int from, int stride, int[] sources) {
    for (int p = 0; p < acc.length; p++) {
      if (sources[p] >= 0) {
        acc[p] += weight * x[from + sources[p] * stride];
      }
    }
  }

  static void addBias(double[] y, double[] bias, Planes to) {
    for (int n = 0; n < to.batch(); n++) {
      for (int c = 0; c < to.channels(); c++) {
        int at = n * to.batchStride() + c * to.channelStride();
        for (int p = 0; p < to.positions(); p++) {
          y[at + p * to.positionStride()] += bias[c];
        }
      }
    }
  }

  private Conv() {}
}
