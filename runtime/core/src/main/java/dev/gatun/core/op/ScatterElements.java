package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * scatterElements(x, ids, updates) = x with y[i, ids[i, j], ...] = updates[i, j, ...] for {@code
 * axis} 1, and alike for others.
 *
 * <p>{@code reduction} combines instead of replacing: "add", "mul", "max" or "min". Without it the
 * last of several updates of one element stays.
 */
public final class ScatterElements {
  public static final OpDef OP =
      OpDef.named("scatterElements")
          .inputs(3)
          .attr("axis", 0)
          .attr("reduction", "none")
          .types(
              in -> {
                ScatterTarget.check(in);
                GatherElements.check(in, in.shape(1));
                in.require(
                    !in.shape(1).isFixed()
                        || !in.shape(2).isFixed()
                        || in.shape(1).equals(in.shape(2)),
                    "ids and updates must have the same shape");
                return List.of(in.type(0));
              })
          .reference(in -> List.of(run(in)))
          .gradient(ScatterGradient::of)
          .define();

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor ids = in.tensor(1);
    int axis = Axes.at(in.attrs().integer("axis"), x.shape().rank());
    ScatterTarget y = new ScatterTarget(x, in.tensor(2), in.attrs().text("reduction"));
    long[] strides = Indexer.strides(x.shape());
    long step = strides[axis];
    strides[axis] = 0;
    Indexer at = new Indexer(ids.shape(), strides);
    for (long i = 0; i < ids.elements(); i++, at.step()) {
      long id = Gather.index(in, ids.getLong(i), x.shape().size(axis));
      y.update(at.offset(0) + id * step, i);
    }
    return y.build();
  }

  private ScatterElements() {}
}
