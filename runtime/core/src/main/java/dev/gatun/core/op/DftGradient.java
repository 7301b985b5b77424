package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * The gradient of {@link Dft}, a linear map: the transform in the other direction without its
 * factor, of which the parts that the input has are kept.
 */
final class DftGradient {
  static List<Value> of(Backward g) {
    Shape x = g.x(0).tensorType().shape();
    Shape y = g.y().tensorType().shape();
    if (!x.isFixed() || !y.isFixed()) {
      throw g.error("has a gradient only if the shapes are known, got %s", x);
    }
    Formula f = new Formula(g.b());
    int axis = Axes.at(g.has(2) ? g.constant(2).getLong(0) : -2, x.rank());
    boolean inverse = g.attrs().flag("inverse");
    boolean half = g.attrs().flag("onesided") && inverse;
    long size = x.size(axis);
    long length = half ? y.size(axis) : inverse ? y.size(axis) : length(g, size);
    // The other half of a one-sided spectrum has no gradient.
    Value dy = f.padAxis(g.dy(), axis, 0, length - y.size(axis));
    Value back =
        g.b()
            .add(
                Dft.OP,
                Attrs.of("inverse", !inverse),
                dy,
                Value.ABSENT,
                g.b().constant(Tensor.scalar(axis)));
    back = f.mul(back, inverse ? 1.0 / length : length);
    if (half) {
      back = f.mul(back, weights(g, length, axis, x.rank()));
    }
    back = f.padAxis(back, axis, 0, size - length);
    return List.of(x.size(-1) == 1 ? f.slice(back, -1, 0, 1, 1) : back);
  }

  private static long length(Backward g, long size) {
    return g.has(1) ? g.constant(1).getLong(0) : size;
  }

  /** How often each bin of a half spectrum counts: those with a mirror image twice. */
  private static Value weights(Backward g, long length, int axis, int rank) {
    double[] counts = new double[Math.toIntExact(length)];
    for (int k = 0; k < counts.length; k++) {
      boolean mirrored = k > 0 && length - k > length / 2;
      counts[k] = k > length / 2 ? 0 : mirrored ? 2 : 1;
    }
    long[] sizes = new long[rank];
    java.util.Arrays.fill(sizes, 1);
    sizes[axis] = length;
    return g.b().constant(Tensor.rounded(g.dtype(0), Shape.of(sizes), counts));
  }

  private DftGradient() {}
}
