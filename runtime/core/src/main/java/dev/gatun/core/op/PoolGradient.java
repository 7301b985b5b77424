package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Gradients of pooling by sums: each position of a window gets the gradient of the window. */
final class PoolGradient {
  static List<Value> average(Backward g) {
    Formula f = new Formula(g.b());
    Window window = window(g);
    boolean padding = g.attrs().flag("countIncludePad");
    int[] counts = new int[window.outPositions()];
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] sources = window.sourcesAndPadding(tap);
      for (int p = 0; p < counts.length; p++) {
        counts[p] += sources[p] >= 0 || padding && sources[p] == -1 ? 1 : 0;
      }
    }
    boolean even = Arrays.stream(counts).allMatch(c -> c == counts[0]);
    double[] shares = new double[even ? Math.min(counts.length, 1) : counts.length];
    for (int p = 0; p < shares.length; p++) {
      shares[p] = 1.0 / counts[p];
    }
    if (shares.length == 0) {
      return List.of(Expand.filled(g.b(), 0, g.x(0)));
    }
    boolean last = Planes.isLast(g.attrs());
    Shape shape = even ? Shape.SCALAR : Planes.shape(1, 1, window.out(), last);
    Value share = g.b().constant(Tensor.rounded(g.dtype(0), shape, shares));
    return List.of(spread(f, f.mul(g.dy(), share), window, g.attrs()));
  }

  /** x |x|^(p - 2) times the sum of dy y^(1 - p); nothing where a window is all zeros. */
  static List<Value> lp(Backward g) {
    Formula f = new Formula(g.b());
    double p = g.attrs().real("p");
    Value zero = f.equal(g.y(), 0);
    Value safe = f.where(zero, f.number(g.y(), 1), g.y());
    Value flow = p == 1 ? g.dy() : f.mul(g.dy(), f.pow(safe, 1 - p));
    Value sum = spread(f, f.where(zero, f.number(g.y(), 0), flow), window(g), g.attrs());
    Value slope =
        p == 2
            ? g.x(0)
            : p == 1
                ? g.b().add(Sign.OP, g.x(0))
                : f.mul(g.b().add(Sign.OP, g.x(0)), f.pow(f.abs(g.x(0)), p - 1));
    return List.of(f.mul(slope, sum));
  }

  private static Window window(Backward g) {
    Shape x = g.x(0).tensorType().shape();
    if (!x.isFixed()) {
      throw g.error("has a gradient only if the shape is known, got %s", x);
    }
    return Pooling.window(g.node().op().name(), g.attrs(), x);
  }

  /** Adds each element to all positions of its window. */
  private static Value spread(Formula f, Value dy, Window window, Attrs attrs) {
    boolean last = Planes.isLast(attrs);
    Shape shape = dy.tensorType().shape();
    if (isPartition(window)) {
      return repeat(f, dy, window, last);
    }
    // A transposed convolution of each channel with ones.
    long channels = Planes.channels(shape, last);
    DType dtype = dy.tensorType().dtype();
    double[] ones = new double[Math.toIntExact(channels * window.taps())];
    Arrays.fill(ones, 1);
    Shape weight = Planes.shape(channels, 1, window.kernel(), false);
    return ConvGradient.data(
        f.b(),
        dy,
        f.b().constant(Tensor.rounded(dtype, weight, ones)),
        window,
        attrs.with("groups", channels));
  }

  /** Whether each position of the image is in exactly one window. */
  private static boolean isPartition(Window window) {
    boolean partition = true;
    for (int a = 0; a < window.rank(); a++) {
      partition &=
          window.kernel()[a] == window.strides()[a]
              && (window.dilations()[a] == 1 || window.kernel()[a] == 1)
              && window.padBegin()[a] == 0
              && window.out()[a] * window.kernel()[a] == window.in()[a];
    }
    return partition;
  }

  private static Value repeat(Formula f, Value dy, Window window, boolean last) {
    int rank = window.rank();
    long[] sizes = dy.tensorType().shape().sizes();
    int first = last ? 1 : 2;
    long[] apart = new long[sizes.length + rank];
    long[] repeated = new long[apart.length];
    int at = 0;
    for (int i = 0; i < sizes.length; i++) {
      apart[at] = sizes[i];
      repeated[at++] = sizes[i];
      if (i >= first && i < first + rank) {
        apart[at] = 1;
        repeated[at++] = window.kernel()[i - first];
        sizes[i] *= window.kernel()[i - first];
      }
    }
    return f.reshape(Expand.to(f.b(), f.reshape(dy, apart), Shape.of(repeated)), sizes);
  }

  private PoolGradient() {}
}
