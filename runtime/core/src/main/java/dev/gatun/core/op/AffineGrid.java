package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
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

  private AffineGrid() {}
}
