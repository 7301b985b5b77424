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
 * col2im(x [N, C K, L], imageShape, blockShape) [N, C, S...]: the adjoint of {@link Unfold}; each
 * column is added back to where a window of blockShape (K elements) took it from.
 */
public final class Col2im {
  public static final OpDef OP =
      OpDef.named("col2im")
          .inputs(3)
          .attr("strides")
          .attr("pads")
          .attr("dilations")
          .types(Col2im::types)
          .reference(Col2im::run)
          .gradient(
              g ->
                  List.of(
                      g.b()
                          .add(
                              Unfold.OP,
                              g.attrs().with("kernel", g.constant(2).toLongs()),
                              g.dy())))
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    Shape x = in.shape(0);
    in.require(!x.isRanked() || x.rank() == 3, "the input must be [batch, rows, columns]");
    long[] image = in.longs(1).orElse(null);
    long[] block = in.longs(2).orElse(null);
    if (image == null) {
      long rank = Sizes.count(in, 1);
      return List.of(
          Type.tensor(
              in.dtype(0), rank < 0 ? Shape.UNRANKED : Axes.unknown(Math.toIntExact(rank + 2))));
    }
    long channels = -1;
    if (block != null) {
      Window window = Window.of("col2im", in.attrs(), image, block);
      if (x.isRanked()) {
        long taps = window.taps();
        in.require(
            x.size(1) < 0 || x.size(1) % taps == 0,
            "%d rows are no multiple of a block of %d elements",
            x.size(1),
            taps);
        in.require(
            x.size(2) < 0 || x.size(2) == window.outPositions(),
            "an image of %s has %d windows, not %d columns",
            Arrays.toString(image),
            window.outPositions(),
            x.size(2));
        channels = x.size(1) < 0 ? -1 : x.size(1) / taps;
      }
    }
    return List.of(
        Type.tensor(
            in.dtype(0), Planes.shape(x.isRanked() ? x.size(0) : -1, channels, image, false)));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Window window = Window.of("col2im", in.attrs(), in.longs(1), in.longs(2));
    Shape shape = in.shape(0);
    int taps = window.taps();
    int positions = window.outPositions();
    int planes = Math.toIntExact(shape.size(0) * shape.size(1));
    double[] x = src.toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    for (int tap = 0; tap < taps; tap++) {
      int[] targets = window.sources(tap);
      for (int plane = 0; plane < planes; plane++) {
        for (int p = 0; p < positions; p++) {
          if (targets[p] >= 0) {
            y[plane * window.inPositions() + targets[p]] += x[(plane * taps + tap) * positions + p];
          }
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  private Col2im() {}
}
