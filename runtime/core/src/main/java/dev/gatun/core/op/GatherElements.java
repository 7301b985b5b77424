package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * gatherElements(x, ids) = x[i, ids[i, j], ...]: as {@code ids}, which replaces the index along
 * {@code axis}.
 *
 * <p>Indices count from the end when negative. {@code ids} may be smaller than x along other axes.
 */
public final class GatherElements {
  public static final OpDef OP =
      OpDef.named("gatherElements")
          .inputs(2)
          .attr("axis", 0)
          .fusion(FusionClass.INJECTIVE)
          .types(
              in -> {
                check(in, in.shape(1));
                return List.of(Type.tensor(in.dtype(0), in.shape(1)));
              })
          .reference(in -> List.of(run(in)))
          .gradient(
              g ->
                  List.of(
                      g.b()
                          .add(
                              ScatterElements.OP,
                              Attrs.of("axis", g.attrs().integer("axis"), "reduction", "add"),
                              Expand.filled(g.b(), 0, g.x(0)),
                              g.x(1),
                              g.dy())))
          .define();

  /** Checks indices that lie beside x; for scatterElements too. */
  static void check(Operands in, Shape ids) {
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    if (!x.isRanked() || !ids.isRanked()) {
      return;
    }
    in.require(x.rank() > 0, "a scalar has no axis to index");
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    in.require(ids.rank() == x.rank(), "ids %s must have as many axes as x %s", ids, x);
    for (int i = 0; i < x.rank(); i++) {
      in.require(
          i == axis || ids.size(i) < 0 || x.size(i) < 0 || ids.size(i) <= x.size(i),
          "ids %s is larger than x %s at axis %d",
          ids,
          x,
          i);
    }
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor ids = in.tensor(1);
    int axis = Axes.at(in.attrs().integer("axis"), x.shape().rank());
    TensorBuilder y = in.builder(0);
    long[] strides = Indexer.strides(x.shape());
    long step = strides[axis];
    strides[axis] = 0;
    Indexer at = new Indexer(ids.shape(), strides);
    for (long i = 0; i < ids.elements(); i++, at.step()) {
      long id = Gather.index(in, ids.getLong(i), x.shape().size(axis));
      y.copy(i, x, at.offset(0) + id * step);
    }
    return y.build();
  }

  private GatherElements() {}
}
