package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * unfold(x [N, C, S...]) [N, C K, L]: the elements under a sliding window of K elements at its L
 * positions, as columns (im2col); padding is 0. {@link Window} has the geometry.
 */
public final class Unfold {
  public static final OpDef OP =
      OpDef.named("unfold")
          .attr("kernel")
          .attr("strides")
          .attr("pads")
          .attr("dilations")
          .types(Unfold::types)
          .reference(Unfold::run)
          .gradient(
              g ->
                  List.of(
                      g.b()
                          .add(
                              Col2im.OP,
                              g.attrs().without("kernel"),
                              g.dy(),
                              g.b()
                                  .constant(
                                      Tensor.vector(
                                          Planes.spatial(g.x(0).tensorType().shape(), false))),
                              g.b().constant(Tensor.vector(g.attrs().longs("kernel"))))))
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    in.require(in.dtype(0).isNumber(), "the input must be a tensor of numbers");
    if (!x.isRanked()) {
      return List.of(Type.tensor(in.dtype(0), Axes.unknown(3)));
    }
    in.require(x.rank() >= 3, "the input must have batch, channel and spatial axes");
    Window window = window(in.attrs(), x);
    long rows = x.size(1);
    for (long size : window.kernel()) {
      rows = rows < 0 ? -1 : Sizes.times(in, rows, size);
    }
    long columns = Sizes.product(in, Shape.of(window.out()), 0, window.rank());
    return List.of(Type.tensor(in.dtype(0), x.size(0), rows, columns));
  }

  private static Window window(Attrs attrs, Shape x) {
    return Window.of("unfold", attrs, Planes.spatial(x, false), attrs.longs("kernel"));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Window window = window(in.attrs(), src.shape());
    int taps = window.taps();
    int positions = window.outPositions();
    int planes = Math.toIntExact(src.shape().size(0) * src.shape().size(1));
    TensorBuilder y = in.builder(0);
    for (int tap = 0; tap < taps; tap++) {
      int[] sources = window.sources(tap);
      for (int plane = 0; plane < planes; plane++) {
        for (int p = 0; p < positions; p++) {
          if (sources[p] >= 0) {
            long to = ((long) plane * taps + tap) * positions + p;
            y.copy(to, src, (long) plane * window.inPositions() + sources[p]);
          }
        }
      }
    }
    return List.of(y.build());
  }

  private Unfold() {}
}
