package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * convWeightGradient(x [N, C, S...], dy [N, O, T...]) [O, C/groups, K...]: the gradient of {@link
 * Conv} with respect to its weight, dw[o, c, k] = sum over n, t of dy[n, o, t] * x[n, c, t * stride
 * - pad + k * dilation]. The sizes K are attribute {@code kernel}; layout as for conv.
 */
public final class ConvWeightGradient {
  public static final OpDef OP =
      OpDef.named("convWeightGradient")
          .inputs(2)
          .attr("kernel")
          .attr("strides")
          .attr("pads")
          .attr("dilations")
          .attr("groups", 1)
          .attr("layout", "NCHW")
          .fusion(FusionClass.CONTRACTION)
          .types(ConvWeightGradient::types)
          .reference(ConvWeightGradient::run)
          .gradient(ConvWeightGradient::gradient)
          .define();

  /** The gradient of a weight whose window slides over x and gives dy. */
  static Value of(GraphBuilder b, Value x, Value dy, Window window, Attrs attrs) {
    return b.add(OP, ConvGradient.attrs(window, attrs).with("kernel", window.kernel()), x, dy);
  }

  private static List<Type> types(Operands in) {
    in.require(
        in.dtype(0) == in.dtype(1) && in.dtype(0).isFloat(),
        "x and dy must have one floating type");
    Shape x = in.shape(0);
    Shape dy = in.shape(1);
    long groups = in.attrs().integer("groups");
    long[] kernel = in.attrs().longs("kernel");
    in.require(groups >= 1, "groups must be 1 or more, got %d", groups);
    boolean last = Planes.isLast(in.attrs());
    long[] sizes = new long[kernel.length + 2];
    sizes[0] = Shape.UNKNOWN;
    sizes[1] = Shape.UNKNOWN;
    System.arraycopy(kernel, 0, sizes, 2, kernel.length);
    if (x.isRanked()) {
      in.require(
          x.rank() >= 3 && x.rank() == sizes.length,
          "x must have batch, channel and as many spatial axes as the kernel %s",
          Sizes.text(kernel));
      long channels = Planes.channels(x, last);
      in.require(channels < 0 || channels % groups == 0, "channels do not fit %d groups", groups);
      sizes[1] = channels < 0 ? Shape.UNKNOWN : channels / groups;
      Window window = window(in.attrs(), x);
      if (dy.isRanked()) {
        in.require(dy.rank() == x.rank(), "x and dy must have as many axes");
        boolean good = fits(x.size(0), dy.size(0));
        long[] spatial = Planes.spatial(dy, last);
        for (int a = 0; a < spatial.length; a++) {
          good &= fits(window.out()[a], spatial[a]);
        }
        in.require(
            good, "dy must have the sizes of a convolution of x, %s", Sizes.text(window.out()));
      }
    }
    if (dy.isRanked()) {
      in.require(dy.rank() == sizes.length, "dy must have %d axes", sizes.length);
      sizes[0] = Planes.channels(dy, last);
      in.require(
          sizes[0] < 0 || sizes[0] % groups == 0, "%d channels do not fit the groups", sizes[0]);
    }
    return List.of(Type.tensor(in.dtype(0), Shape.of(sizes)));
  }

  private static boolean fits(long a, long b) {
    return a < 0 || b < 0 || a == b;
  }

  private static Window window(Attrs attrs, Shape x) {
    return Window.of(
        "convWeightGradient",
        attrs,
        Planes.spatial(x, Planes.isLast(attrs)),
        attrs.longs("kernel"));
  }

  private static List<Tensor> run(Evaluation in) {
    Shape image = in.tensor(0).shape();
    Shape shape = in.shape(0);
    Window window = window(in.attrs(), image);
    Planes from = Planes.of(image, in.attrs());
    Planes to = Planes.of(in.tensor(1).shape(), in.attrs());
    int groups = in.attrs().intValue("groups");
    int groupIn = from.channels() / groups;
    int groupOut = to.channels() / groups;
    double[] x = in.tensor(0).toDoubles();
    double[] dy = in.tensor(1).toDoubles();
    double[] dw = new double[Sizes.toInt(shape.elements())];
    int taps = window.taps();
    for (int tap = 0; tap < taps; tap++) {
      int[] sources = window.sources(tap);
      for (int o = 0; o < to.channels(); o++) {
        for (int c = 0; c < groupIn; c++) {
          double sum = 0;
          for (int n = 0; n < from.batch(); n++) {
            int plane = from.at(n, o / groupOut * groupIn + c, 0);
            int row = to.at(n, o, 0);
            for (int p = 0; p < sources.length; p++) {
              if (sources[p] >= 0) {
                sum +=
                    dy[row + p * to.positionStride()]
                        * x[plane + sources[p] * from.positionStride()];
              }
            }
          }
          dw[(o * groupIn + c) * taps + tap] = sum;
        }
      }
    }
    return List.of(Tensor.rounded(in.tensor(0).dtype(), shape, dw));
  }

  /** It is linear in x and in dy, as a convolution is in its image and weight. */
  private static List<Value> gradient(Backward g) {
    Window window = window(g.attrs(), g.x(0).tensorType().shape());
    return List.of(
        g.wants(0) ? ConvGradient.data(g.b(), g.x(1), g.dy(), window, g.attrs()) : Value.ABSENT,
        g.wants(1)
            ? g.b().add(Conv.OP, ConvGradient.attrs(window, g.attrs()), g.x(0), g.dy())
            : Value.ABSENT);
  }

  private ConvWeightGradient() {}
}
