package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * gridSample(x [N, C, S...], grid [N, T..., R]) [N, C, T...]: x at R-dimensional points, R spatial
 * axes. A point lists the last axis first; -1 and 1 are the outer edges of the first and last
 * element, or their centers with alignCorners.
 *
 * <p>mode nearest, linear or cubic (a = -0.75); padding zeros, border (the nearest element) or
 * reflection (at the edges), as PyTorch and ONNX GridSample-20. Ties of nearest go to even for up
 * to two axes and away from zero for three: PyTorch's two implementations differ.
 */
public final class GridSample {
  public static final OpDef OP =
      OpDef.named("gridSample")
          .inputs(2)
          .attr("mode", "linear")
          .attr("padding", "zeros")
          .attr("alignCorners", false)
          .types(GridSample::types)
          .reference(GridSample::run)
          .differentiateAs(SampledPoints::grid)
          .define();

  private static List<Type> types(Operands in) {
    in.require(
        in.dtype(0).isNumber() && in.dtype(1).isFloat(), "x must be numbers, the grid floating");
    requireOneOf(in, "mode", List.of("nearest", "linear", "cubic"));
    requireOneOf(in, "padding", List.of("zeros", "border", "reflection"));
    Shape x = in.shape(0);
    Shape grid = in.shape(1);
    if (!x.isRanked() || !grid.isRanked()) {
      return List.of(Type.tensor(in.dtype(0), Shape.UNRANKED));
    }
    int axes = x.rank() - 2;
    in.require(axes >= 1, "x must have batch, channel and spatial axes");
    in.require(
        grid.rank() == x.rank() && (grid.size(-1) < 0 || grid.size(-1) == axes),
        "the grid must have points of %d numbers",
        axes);
    in.require(
        x.size(0) < 0 || grid.size(0) < 0 || x.size(0) == grid.size(0), "batch sizes differ");
    long[] sizes = x.sizes();
    sizes[0] = Math.max(x.size(0), grid.size(0));
    for (int a = 0; a < axes; a++) {
      sizes[a + 2] = grid.size(a + 1);
    }
    return List.of(Type.tensor(in.dtype(0), Shape.of(sizes)));
  }

  private static void requireOneOf(Operands in, String attr, List<String> allowed) {
    String value = in.attrs().text(attr);
    in.require(allowed.contains(value), "%s must be one of %s, got %s", attr, allowed, value);
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Shape shape = in.shape(0);
    long[] sizes = Planes.spatial(src.shape(), false);
    int axes = sizes.length;
    int batch = Math.toIntExact(shape.size(0));
    int channels = Math.toIntExact(shape.size(1));
    int plane = 1;
    for (long size : sizes) {
      plane *= (int) size;
    }
    double[] x = src.toDoubles();
    double[] grid = in.tensor(1).toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    int points = batch == 0 ? 0 : grid.length / batch / axes;
    int[][] at = new int[axes][];
    double[][] weights = new double[axes][];
    for (int n = 0; n < batch; n++) {
      for (int p = 0; p < points; p++) {
        for (int a = 0; a < axes; a++) {
          double g = grid[(n * points + p) * axes + axes - 1 - a];
          int taps = taps(in.attrs());
          at[a] = new int[taps];
          weights[a] = new double[taps];
          taps(in.attrs(), g, (int) sizes[a], at[a], weights[a]);
        }
        for (int c = 0; c < channels; c++) {
          y[(n * channels + c) * points + p] =
              sum(x, (n * channels + c) * plane, sizes, at, weights);
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  private static int taps(Attrs attrs) {
    return switch (attrs.text("mode")) {
      case "nearest" -> 1;
      case "linear" -> 2;
      default -> 4;
    };
  }

  /** Elements along one axis (-1 for a zero) and their weights. */
  private static void taps(Attrs attrs, double g, int size, int[] at, double[] weights) {
    boolean corners = attrs.flag("alignCorners");
    String padding = attrs.text("padding");
    double coordinate = corners ? (g + 1) / 2 * (size - 1) : ((g + 1) * size - 1) / 2;
    if (at.length == 1) {
      double i = inside(Math.rint(coordinate), size, padding, corners);
      at[0] = i >= 0 && i <= size - 1 ? (int) i : -1;
      weights[0] = 1;
      return;
    }
    // Cubic wraps each neighbour by itself, linear the point: the same except for reflection.
    if (at.length == 2) {
      coordinate = inside(coordinate, size, padding, corners);
    }
    double floor = Math.floor(coordinate);
    for (int t = 0; t < at.length; t++) {
      double i = floor + t - (at.length / 2 - 1);
      double distance = Math.abs(i - coordinate);
      weights[t] = at.length == 2 ? Math.max(1 - distance, 0) : ResizeAxis.cubic(distance, -0.75);
      i = inside(i, size, padding, corners);
      at[t] = i >= 0 && i <= size - 1 ? (int) i : -1;
    }
  }

  /** A coordinate brought into the axis by border or reflection padding. */
  private static double inside(double x, int size, String padding, boolean corners) {
    if (padding.equals("reflection")) {
      double low = corners ? 0 : -0.5;
      double span = corners ? size - 1 : size;
      if (span == 0) {
        return 0;
      }
      double folded = Math.abs(x - low) % (2 * span);
      x = low + (folded > span ? 2 * span - folded : folded);
    }
    return padding.equals("zeros") ? x : Math.min(Math.max(x, 0), size - 1);
  }

  private static double sum(double[] x, int plane, long[] sizes, int[][] at, double[][] weights) {
    int axes = sizes.length;
    int[] t = new int[axes];
    double sum = 0;
    while (true) {
      double weight = 1;
      int offset = 0;
      boolean zero = false;
      for (int a = 0; a < axes; a++) {
        zero |= at[a][t[a]] < 0;
        weight *= weights[a][t[a]];
        offset = offset * (int) sizes[a] + at[a][t[a]];
      }
      if (!zero && weight != 0) {
        sum += weight * x[plane + offset];
      }
      int a = axes - 1;
      while (a >= 0 && ++t[a] == at[a].length) {
        t[a--] = 0;
      }
      if (a < 0) {
        return sum;
      }
    }
  }

  private GridSample() {}
}
