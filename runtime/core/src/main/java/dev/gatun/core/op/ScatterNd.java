package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * scatterNd(x, ids, updates) = x with y[ids[i..., 0], ids[i..., 1], ...] = updates[i...]: the last
 * axis of {@code ids} holds indices of the first axes of x.
 *
 * <p>{@code reduction} combines instead of replacing: "add", "mul", "max" or "min".
 */
public final class ScatterNd {
  public static final OpDef OP =
      OpDef.named("scatterNd")
          .inputs(3)
          .attr("reduction", "none")
          .types(
              in -> {
                check(in);
                return List.of(in.type(0));
              })
          .reference(in -> List.of(run(in)))
          .gradient(ScatterGradient::of)
          .define();

  private static void check(Operands in) {
    ScatterTarget.check(in);
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    Shape ids = in.shape(1);
    Shape updates = in.shape(2);
    if (!x.isRanked() || !ids.isRanked() || !updates.isRanked()) {
      return;
    }
    in.require(ids.rank() > 0, "ids must have an axis of indices");
    long depth = ids.size(-1);
    if (depth < 0) {
      return;
    }
    in.require(depth <= x.rank(), "ids index %d axes, x has %d", depth, x.rank());
    int outer = ids.rank() - 1;
    in.require(
        updates.rank() == outer + x.rank() - depth,
        "updates must have %d axes",
        outer + x.rank() - depth);
    for (int i = 0; i < updates.rank(); i++) {
      long wanted = i < outer ? ids.size(i) : x.size((int) depth + i - outer);
      in.require(
          wanted < 0 || updates.size(i) < 0 || wanted == updates.size(i),
          "updates must have size %d at axis %d",
          wanted,
          i);
    }
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor ids = in.tensor(1);
    Tensor updates = in.tensor(2);
    ScatterTarget y = new ScatterTarget(x, updates, in.attrs().text("reduction"));
    int depth = (int) ids.shape().size(-1);
    long count = 1;
    for (int i = 0; i < ids.shape().rank() - 1; i++) {
      count *= ids.shape().size(i);
    }
    long run = count == 0 ? 0 : updates.elements() / count;
    for (long i = 0; i < count && run > 0; i++) {
      long to = GatherNd.offset(in, ids, i * depth, depth, 0, x.shape());
      for (long k = 0; k < run; k++) {
        y.update(to + k, i * run + k);
      }
    }
    return y.build();
  }

  private ScatterNd() {}
}
