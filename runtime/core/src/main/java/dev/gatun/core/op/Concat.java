package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * concat(x0, x1, ...) = the inputs one after the other along {@code axis}; the other sizes agree.
 */
public final class Concat {
  public static final OpDef OP =
      OpDef.named("concat")
          .inputs(1, Integer.MAX_VALUE)
          .attr("axis")
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .gradient(Concat::gradient)
          .define();

  private static Shape shape(Operands in) {
    Shape ranked = Shape.UNRANKED;
    for (int i = 0; i < in.count(); i++) {
      in.require(in.dtype(i) == in.dtype(0), "element types differ; cast input %d", i);
      ranked = ranked.isRanked() ? ranked : in.shape(i);
    }
    if (!ranked.isRanked()) {
      return Shape.UNRANKED;
    }
    int rank = ranked.rank();
    in.require(rank > 0, "scalars have no axis to join; unsqueeze them first");
    int axis = Axes.one(in, in.attrs().integer("axis"), rank);
    long[] sizes = Axes.unknown(rank).sizes();
    sizes[axis] = 0;
    for (int i = 0; i < in.count(); i++) {
      Shape x = in.shape(i);
      if (!x.isRanked()) {
        sizes[axis] = Shape.UNKNOWN;
        continue;
      }
      in.require(x.rank() == rank, "input %d has %d axes, the first %d", i, x.rank(), rank);
      for (int k = 0; k < rank; k++) {
        if (k == axis) {
          sizes[k] = sizes[k] < 0 || x.size(k) < 0 ? Shape.UNKNOWN : sizes[k] + x.size(k);
        } else if (x.size(k) >= 0) {
          in.require(
              sizes[k] < 0 || sizes[k] == x.size(k),
              "input %d has size %d at axis %d, others %d",
              i,
              x.size(k),
              k,
              sizes[k]);
          sizes[k] = x.size(k);
        }
      }
    }
    return Shape.of(sizes);
  }

  private static Tensor run(Evaluation in) {
    TensorBuilder y = in.builder(0);
    long[] strides = Indexer.strides(y.shape());
    int axis = Axes.at(in.attrs().integer("axis"), strides.length);
    long to = 0;
    for (int i = 0; i < in.count(); i++) {
      Tensor x = in.tensor(i);
      StridedCopy.into(y, to, strides, x, x.shape(), 0, Indexer.strides(x.shape()));
      to += x.shape().size(axis) * strides[axis];
    }
    return y.build();
  }

  private static List<Value> gradient(Backward g) {
    long axis = g.attrs().integer("axis");
    long[] sizes = new long[g.count()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = g.x(i).tensorType().shape().size((int) axis);
      if (sizes[i] < 0) {
        throw g.error("has a gradient only if sizes along the axis are known, got %s", g.x(i));
      }
    }
    Value lengths = g.b().constant(Tensor.vector(sizes));
    return g.b().add(Split.OP, Attrs.of("axis", axis), List.of(g.dy(), lengths), sizes.length, "");
  }

  private Concat() {}
}
