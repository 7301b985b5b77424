package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * deformConv(x [N, C, S...], weight [O, C/groups, K...], offset [N, G K R, T...], bias [O]?, mask
 * [N, G K, T...]?) [N, O, T...]: {@link Conv} whose window elements k are moved by an offset of
 * their own at each position and multiplied by the mask (Zhu and others 2018).
 *
 * <p>G = offsetGroups share the channels, K is the number of window elements, R that of spatial
 * axes (the offset along each, first axis first). Between elements x is linear, outside it is 0.
 */
public final class DeformConv {
  public static final OpDef OP =
      OpDef.named("deformConv")
          .inputs(3, 5)
          .attr("strides")
          .attr("pads")
          .attr("dilations")
          .attr("groups", 1)
          .attr("offsetGroups", 1)
          .types(DeformConv::types)
          .reference(DeformConv::run)
          .differentiateAs(SampledPoints::deformed)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    in.require(
        in.dtype(0).isFloat() && in.dtype(1).isFloat() && in.dtype(2).isFloat(),
        "input, weight and offset must be floating");
    if (!x.isRanked() || !w.isRanked()) {
      return List.of(Type.tensor(in.dtype(0), Shape.UNRANKED));
    }
    in.require(x.rank() >= 3 && x.rank() == w.rank(), "input and weight must be of one rank");
    long groups = in.attrs().integer("groups");
    long offsetGroups = in.attrs().integer("offsetGroups");
    in.require(
        groups >= 1
            && offsetGroups >= 1
            && (x.size(1) < 0
                || x.size(1) % offsetGroups == 0
                    && (w.size(1) < 0 || w.size(1) * groups == x.size(1)))
            && (w.size(0) < 0 || w.size(0) % groups == 0),
        "channels do not fit %d groups and %d offset groups",
        groups,
        offsetGroups);
    Window window = window(in.attrs(), x, w);
    Shape y = Planes.shape(x.size(0), w.size(0), window.out(), false);
    if (w.isFixed() && y.isFixed()) {
      long planes = offsetGroups * window.taps();
      requireShape(in, 2, Planes.shape(x.size(0), planes * window.rank(), window.out(), false));
      if (in.has(4)) {
        requireShape(in, 4, Planes.shape(x.size(0), planes, window.out(), false));
      }
    }
    return List.of(Type.tensor(in.dtype(0), y));
  }

  private static void requireShape(Operands in, int i, Shape expected) {
    Shape shape = in.shape(i);
    in.require(
        !shape.isFixed() || shape.equals(expected),
        "input %d must be %s, got %s",
        i,
        expected,
        shape);
  }

  private static Window window(Attrs attrs, Shape x, Shape w) {
    return Window.of(
        "deformConv", attrs, Planes.spatial(x, false), Arrays.copyOfRange(w.sizes(), 2, w.rank()));
  }

  private static List<Tensor> run(Evaluation in) {
    Shape image = in.tensor(0).shape();
    Shape weights = in.tensor(1).shape();
    Shape shape = in.shape(0);
    Window window = window(in.attrs(), image, weights);
    int batch = Math.toIntExact(shape.size(0));
    int channels = Math.toIntExact(image.size(1));
    int outChannels = Math.toIntExact(shape.size(1));
    int groups = in.attrs().intValue("groups");
    int offsetGroups = in.attrs().intValue("offsetGroups");
    int taps = window.taps();
    int rank = window.rank();
    int positions = window.outPositions();
    int plane = window.inPositions();
    int groupIn = channels / groups;
    int groupOut = outChannels / groups;
    double[] x = in.tensor(0).toDoubles();
    double[] w = in.tensor(1).toDoubles();
    double[] offset = in.tensor(2).toDoubles();
    double[] mask = in.has(4) ? in.tensor(4).toDoubles() : new double[0];
    double[] y = new double[Math.toIntExact(shape.elements())];
    double[] point = new double[rank];
    for (int n = 0; n < batch; n++) {
      for (int tap = 0; tap < taps; tap++) {
        for (int p = 0; p < positions; p++) {
          for (int c = 0; c < channels; c++) {
            int row = (n * offsetGroups + c / (channels / offsetGroups)) * taps + tap;
            start(window, tap, p, point);
            for (int a = 0; a < rank; a++) {
              point[a] += offset[(row * rank + a) * positions + p];
            }
            double value = linear(x, (n * channels + c) * plane, window.in(), point, 0, 0);
            value *= mask.length > 0 ? mask[row * positions + p] : 1;
            int group = c / groupIn;
            for (int o = group * groupOut; o < (group + 1) * groupOut; o++) {
              y[(n * outChannels + o) * positions + p] +=
                  value * w[(o * groupIn + c % groupIn) * taps + tap];
            }
          }
        }
      }
    }
    if (in.has(3)) {
      Conv.addBias(y, in.tensor(3).toDoubles(), new Planes(batch, outChannels, positions, false));
    }
    return List.of(Tensor.rounded(in.tensor(0).dtype(), shape, y));
  }

  /** Where a window element lies before it is moved. */
  private static void start(Window window, int tap, int position, double[] point) {
    for (int a = point.length - 1; a >= 0; a--) {
      long k = tap % window.kernel()[a];
      tap /= (int) window.kernel()[a];
      long t = position % window.out()[a];
      position /= (int) window.out()[a];
      point[a] =
          t * window.strides()[a] - window.padBegin()[a] + (double) k * window.dilations()[a];
    }
  }

  /** The value at a point, linear along each axis, zero outside. */
  private static double linear(
      double[] x, int plane, long[] sizes, double[] point, int axis, int offset) {
    if (axis == point.length) {
      return x[plane + offset];
    }
    double low = Math.floor(point[axis]);
    double sum = 0;
    for (int side = 0; side < 2; side++) {
      double i = low + side;
      double weight = 1 - Math.abs(point[axis] - i);
      if (weight > 0 && i >= 0 && i < sizes[axis]) {
        int at = offset * (int) sizes[axis] + (int) i;
        sum += weight * linear(x, plane, sizes, point, axis + 1, at);
      }
    }
    return sum;
  }

  private DeformConv() {}
}
