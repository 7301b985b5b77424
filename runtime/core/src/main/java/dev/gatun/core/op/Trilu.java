package dev.gatun.core.op;

import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;

/**
 * trilu(x, k?) = the matrices of the last two axes with 0 below the diagonal k, or above it when
 * not {@code upper}.
 */
public final class Trilu {
  public static final OpDef OP =
      OpDef.named("trilu")
          .inputs(1, 2)
          .attr("upper", true)
          .types(
              in -> {
                Shape x = in.shape(0);
                in.require(!x.isRanked() || x.rank() >= 2, "x must have two axes or more");
                in.require(
                    !in.has(1) || !in.shape(1).isFixed() || in.shape(1).elements() == 1,
                    "k must be a single number");
                return List.of(in.type(0));
              })
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                TensorBuilder y = in.builder(0);
                int rank = x.shape().rank();
                long k = in.has(1) ? in.tensor(1).getLong(0) : 0;
                Indexer at = new Indexer(x.shape());
                for (long i = 0; i < x.elements(); i++, at.step()) {
                  long diagonal = at.position(rank - 1) - at.position(rank - 2);
                  if (in.attrs().flag("upper") ? diagonal >= k : diagonal <= k) {
                    y.copy(i, x, i);
                  }
                }
                return List.of(y.build());
              })
          .gradient(
              g ->
                  List.of(
                      g.b()
                          .add(g.node().op(), g.attrs(), g.dy(), g.has(1) ? g.x(1) : Value.ABSENT)))
          .define();

  private Trilu() {}
}
