package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * gatherNd(x, ids) = y[b..., i...] = x[b..., ids[b..., i..., 0], ids[b..., i..., 1], ...]: the last
 * axis of {@code ids} holds indices of the axes of x after the first {@code batchDims}, which both
 * share.
 */
public final class GatherNd {
  public static final OpDef OP =
      OpDef.named("gatherNd")
          .inputs(2)
          .attr("batchDims", 0)
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .gradient(GatherNd::gradient)
          .define();

  private static Shape shape(Operands in) {
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    Shape ids = in.shape(1);
    int batch = in.attrs().intValue("batchDims");
    in.require(batch >= 0, "batchDims must not be negative, got %d", batch);
    if (!x.isRanked() || !ids.isRanked()) {
      return Shape.UNRANKED;
    }
    in.require(ids.rank() > batch && x.rank() >= batch, "both need more than %d batch axes", batch);
    for (int i = 0; i < batch; i++) {
      in.require(
          x.size(i) < 0 || ids.size(i) < 0 || x.size(i) == ids.size(i),
          "batch axis %d has sizes %d and %d",
          i,
          x.size(i),
          ids.size(i));
    }
    long depth = ids.size(-1);
    if (depth < 0) {
      return Shape.UNRANKED;
    }
    in.require(
        batch + depth <= x.rank(),
        "ids index %d axes after %d batch axes, x has %d",
        depth,
        batch,
        x.rank());
    int rest = x.rank() - batch - (int) depth;
    long[] sizes = new long[ids.rank() - 1 + rest];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = i < ids.rank() - 1 ? ids.size(i) : x.size(x.rank() - sizes.length + i);
    }
    return Shape.of(sizes);
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor ids = in.tensor(1);
    int batch = in.attrs().intValue("batchDims");
    TensorBuilder y = in.builder(0);
    int depth = (int) ids.shape().size(-1);
    long[] strides = Indexer.strides(x.shape());
    long count = 1; // index tuples in all
    for (int i = 0; i < ids.shape().rank() - 1; i++) {
      count *= ids.shape().size(i);
    }
    long batches = 1;
    for (int i = 0; i < batch; i++) {
      batches *= x.shape().size(i);
    }
    long batchElements = batch == 0 ? 0 : strides[batch - 1];
    long run = count == 0 ? 0 : y.shape().elements() / count;
    for (long i = 0; i < count && run > 0; i++) {
      long from = i / (count / batches) * batchElements;
      y.copy(i * run, x, from + offset(in, ids, i * depth, depth, batch, x.shape()), run);
    }
    return y.build();
  }

  /** Where the tuple of indices that starts at {@code at} points; for scatterNd too. */
  static long offset(Evaluation in, Tensor ids, long at, int depth, int batch, Shape x) {
    long[] strides = Indexer.strides(x);
    long offset = 0;
    for (int k = 0; k < depth; k++) {
      long id = Gather.index(in, ids.getLong(at + k), x.size(batch + k));
      offset += id * strides[batch + k];
    }
    return offset;
  }

  private static List<Value> gradient(Backward g) {
    Formula f = new Formula(g.b());
    int batch = g.attrs().intValue("batchDims");
    Value ids = g.x(1);
    if (batch > 0) {
      Shape shape = ids.tensorType().shape();
      if (!shape.isFixed()) {
        throw g.error("with batch axes has a gradient only if the shape of ids is known");
      }
      ids = f.concat(-1, positions(f, shape, batch), f.cast(ids, DType.I64));
    }
    return List.of(
        g.b()
            .add(
                ScatterNd.OP,
                Attrs.of("reduction", "add"),
                Expand.filled(g.b(), 0, g.x(0)),
                ids,
                g.dy()));
  }

  /** The indices of the batch axes [b..., i..., batch] for each tuple of ids. */
  private static Value positions(Formula f, Shape ids, int batch) {
    long[] sizes = ids.sizes();
    sizes[sizes.length - 1] = batch;
    Shape shape = Shape.of(sizes);
    long[] values = new long[Sizes.toInt(shape.elements())];
    Indexer at = new Indexer(shape);
    for (int i = 0; i < values.length; i++, at.step()) {
      values[i] = at.position((int) at.position(sizes.length - 1));
    }
    return f.b().constant(Tensor.whole(DType.I64, shape, values));
  }

  private GatherNd() {}
}
