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
import java.util.Arrays;
import java.util.List;

/**
 * affineGrid(theta [N, R, R + 1], size [R + 2]) = theta (x, y, ..., 1) for every element of an
 * image of sizes [N, C, S...] : [N, S..., R], the grid of {@link GridSample}. Coordinates of an
 * axis go from -1 to 1, its outer edges or, with alignCorners, the centers of its first and last
 * element.
 */
public final class AffineGrid {
  public static final OpDef OP =
      OpDef.named("affineGrid")
          .inputs(2)
          .attr("alignCorners", false)
          .types(AffineGrid::types)
          .reference(AffineGrid::run)
          .differentiateAs(AffineGrid::build)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat(), "theta must be floating");
    Sizes.requireIntegers(in, 1);
    Shape theta = in.shape(0);
    in.require(
        !theta.isRanked()
            || theta.rank() == 3
                && (theta.size(1) < 0 || theta.size(2) < 0 || theta.size(2) == theta.size(1) + 1),
        "theta must be [batch, R, R + 1]");
    long batch = theta.isRanked() ? theta.size(0) : Shape.UNKNOWN;
    long axes = theta.isRanked() ? theta.size(1) : Shape.UNKNOWN;
    long[] size = in.longs(1).orElse(null);
    if (size == null) {
      return List.of(
          Type.tensor(
              in.dtype(0), axes < 0 ? Shape.UNRANKED : Axes.unknown(Math.toIntExact(axes + 2))));
    }
    in.require(
        size.length >= 3
            && (axes < 0 || size.length == axes + 2)
            && (batch < 0 || size[0] == batch)
            && Arrays.stream(size).allMatch(s -> s >= 0),
        "size %s must be [batch, channel, %d sizes]",
        Sizes.text(size),
        axes);
    long[] sizes = new long[size.length];
    sizes[0] = size[0];
    System.arraycopy(size, 2, sizes, 1, size.length - 2);
    sizes[sizes.length - 1] = size.length - 2L;
    return List.of(Type.tensor(in.dtype(0), Shape.of(sizes)));
  }

  private static List<Tensor> run(Evaluation in) {
    Shape shape = in.shape(0);
    int axes = shape.rank() - 2;
    boolean corners = in.attrs().flag("alignCorners");
    double[] theta = in.tensor(0).toDoubles();
    double[] grid = new double[Math.toIntExact(shape.elements())];
    int points = 1;
    for (int a = 1; a <= axes; a++) {
      points *= (int) shape.size(a);
    }
    double[] point = new double[axes + 1];
    point[axes] = 1;
    for (int p = 0; p < points; p++) {
      int rest = p;
      for (int a = axes; a >= 1; a--) {
        int size = (int) shape.size(a);
        // The last axis is x, the first coordinate.
        point[axes - a] = coordinate(rest % size, size, corners);
        rest /= size;
      }
      for (int n = 0; n < shape.size(0); n++) {
        for (int row = 0; row < axes; row++) {
          double sum = 0;
          for (int column = 0; column <= axes; column++) {
            sum += theta[(n * axes + row) * (axes + 1) + column] * point[column];
          }
          grid[(n * points + p) * axes + row] = sum;
        }
      }
    }
    return List.of(Tensor.rounded(in.tensor(0).dtype(), shape, grid));
  }

  private static double coordinate(int i, int size, boolean corners) {
    if (size == 1) {
      return 0;
    }
    return corners ? 2.0 * i / (size - 1) - 1 : (2.0 * i + 1) / size - 1;
  }

  /** The grid of the identity, a constant, times theta. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    long[] size =
        in.longs(1).orElseThrow(() -> in.error("has a gradient only if size is a constant"));
    boolean corners = in.attrs().flag("alignCorners");
    int axes = size.length - 2;
    int points = 1;
    for (int a = 0; a < axes; a++) {
      points = Math.toIntExact(points * size[a + 2]);
    }
    double[] base = new double[points * (axes + 1)];
    for (int p = 0; p < points; p++) {
      int rest = p;
      base[p * (axes + 1) + axes] = 1;
      for (int a = axes - 1; a >= 0; a--) {
        int count = (int) size[a + 2];
        base[p * (axes + 1) + axes - 1 - a] = coordinate(rest % count, count, corners);
        rest /= count;
      }
    }
    Formula f = new Formula(b);
    Value grid = b.constant(Tensor.rounded(in.dtype(0), Shape.of(points, axes + 1), base));
    Value y = b.add(Matmul.OP, Attrs.of("transposeB", true), grid, in.value(0));
    long[] sizes = new long[axes + 2];
    sizes[0] = size[0];
    System.arraycopy(size, 2, sizes, 1, axes);
    sizes[axes + 1] = axes;
    return List.of(f.reshape(y, sizes));
  }

  private AffineGrid() {}
}
