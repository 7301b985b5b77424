package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Gradients of convolutions: with respect to the image a transposed convolution, to the weight
 * {@link ConvWeightGradient}, and for transposed convolutions the other way round.
 */
final class ConvGradient {
  static List<Value> of(Backward g) {
    require(g);
    Shape w = g.x(1).tensorType().shape();
    long[] spatial = Planes.spatial(g.x(0).tensorType().shape(), Planes.isLast(g.attrs()));
    Window window =
        Window.of("conv", g.attrs(), spatial, Arrays.copyOfRange(w.sizes(), 2, w.rank()));
    List<Value> dx = new ArrayList<>();
    dx.add(g.wants(0) ? data(g.b(), g.dy(), g.x(1), window, g.attrs()) : Value.ABSENT);
    dx.add(
        g.wants(1)
            ? ConvWeightGradient.of(g.b(), g.x(0), g.dy(), window, g.attrs())
            : Value.ABSENT);
    dx.add(g.has(2) && g.wants(2) ? bias(g) : Value.ABSENT);
    return dx;
  }

  static List<Value> ofTransposed(Backward g) {
    require(g);
    Shape w = g.x(1).tensorType().shape();
    long[] spatial = Planes.spatial(g.x(0).tensorType().shape(), Planes.isLast(g.attrs()));
    Window window =
        Window.transposed(
            "convTranspose", g.attrs(), spatial, Arrays.copyOfRange(w.sizes(), 2, w.rank()));
    // The roles change: the result is the image over which the window of a convolution slides. What
    // lies beyond its last position gets nothing from x and is cut off.
    Value image = g.dy();
    int first = Planes.isLast(g.attrs()) ? 1 : 2;
    long[] sizes = window.out().clone();
    long[] padEnd = new long[sizes.length];
    Formula f = new Formula(g.b());
    for (int a = 0; a < sizes.length; a++) {
      long reach = reach(window.in()[a], window, a);
      image = f.padAxis(image, first + a, 0, Math.min(reach - sizes[a], 0));
      sizes[a] = Math.min(reach, sizes[a]);
      padEnd[a] = reach - sizes[a];
    }
    Window over =
        new Window(
            sizes,
            window.kernel(),
            window.strides(),
            window.dilations(),
            window.padBegin(),
            padEnd,
            window.in());
    List<Value> dx = new ArrayList<>();
    dx.add(g.wants(0) ? g.b().add(Conv.OP, attrs(over, g.attrs()), image, g.x(1)) : Value.ABSENT);
    dx.add(
        g.wants(1) ? ConvWeightGradient.of(g.b(), image, g.x(0), over, g.attrs()) : Value.ABSENT);
    dx.add(g.has(2) && g.wants(2) ? bias(g) : Value.ABSENT);
    return dx;
  }

  private static void require(Backward g) {
    if (!g.x(0).type().isFixed() || !g.x(1).type().isFixed()) {
      throw g.error("has a gradient only if the shapes are known, got %s and %s", g.x(0), g.x(1));
    }
  }

  /** The positions that {@code count} window positions reach along an axis. */
  private static long reach(long count, Window window, int a) {
    return (count - 1) * window.strides()[a]
        + (window.kernel()[a] - 1) * window.dilations()[a]
        + 1
        - window.padBegin()[a];
  }

  /** What each position of the image got from dy through a convolution's window. */
  static Value data(GraphBuilder b, Value dy, Value weight, Window window, Attrs attrs) {
    int rank = window.rank();
    long[] pads = new long[2 * rank];
    long[] extra = new long[rank];
    for (int a = 0; a < rank; a++) {
      long beyond = reach(window.out()[a], window, a) - window.in()[a];
      pads[a] = window.padBegin()[a];
      pads[rank + a] = Math.max(beyond, 0);
      extra[a] = Math.max(-beyond, 0);
    }
    Attrs transposed = attrs(window, attrs).with("pads", pads).with("outputPadding", extra);
    return b.add(ConvTranspose.OP, transposed, dy, weight);
  }

  /** The window written out, with groups and layout as they are. */
  static Attrs attrs(Window window, Attrs attrs) {
    long[] pads =
        LongStream.concat(Arrays.stream(window.padBegin()), Arrays.stream(window.padEnd()))
            .toArray();
    return Attrs.of(
        "strides",
        window.strides(),
        "dilations",
        window.dilations(),
        "pads",
        pads,
        "groups",
        attrs.has("groups") ? attrs.integer("groups") : 1,
        "layout",
        attrs.text("layout"));
  }

  private static Value bias(Backward g) {
    int rank = g.dy().tensorType().shape().rank();
    int channel = Planes.isLast(g.attrs()) ? rank - 1 : 1;
    return new Formula(g.b())
        .sum(g.dy(), LongStream.range(0, rank).filter(a -> a != channel).toArray());
  }

  private ConvGradient() {}
}
