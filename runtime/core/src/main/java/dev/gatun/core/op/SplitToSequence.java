package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * splitToSequence(x, split?) = parts of x along {@code axis} as a sequence.
 *
 * <p>{@code split} is a vector of sizes, or one size for all parts but a smaller last one. Without
 * it each part has size 1, and no such axis unless {@code keepDims}.
 */
public final class SplitToSequence {
  public static final OpDef OP =
      OpDef.named("splitToSequence")
          .inputs(1, 2)
          .attr("axis", 0)
          .attr("keepDims", true)
          .types(in -> List.of(new Type.OfSequence(element(in))))
          .reference(in -> List.of(run(in)))
          .define();

  private static Type element(Operands in) {
    Shape x = in.shape(0);
    if (in.has(1)) {
      Sizes.requireIntegers(in, 1);
    }
    if (!x.isRanked()) {
      return Type.tensor(in.dtype(0), Shape.UNRANKED);
    }
    in.require(x.rank() > 0, "a scalar cannot be split");
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    if (!in.has(1) && !in.attrs().flag("keepDims")) {
      return Type.tensor(in.dtype(0), Subgraphs.withoutAxis(x, axis));
    }
    long[] sizes = x.sizes();
    sizes[axis] = in.has(1) ? Shape.UNKNOWN : 1;
    return Type.tensor(in.dtype(0), sizes);
  }

  private static Datum run(Evaluation in) {
    Tensor x = in.tensor(0);
    int axis = Axes.at(in.attrs().integer("axis"), x.shape().rank());
    long[] strides = Indexer.strides(x.shape());
    boolean drop = !in.has(1) && !in.attrs().flag("keepDims");
    List<Datum> parts = new ArrayList<>();
    long from = 0;
    for (long size : sizes(in, x.shape().size(axis))) {
      long[] part = x.shape().sizes();
      part[axis] = size;
      Tensor copy = StridedCopy.copy(x, Shape.of(part), from * strides[axis], strides);
      parts.add(drop ? copy.reshape(Subgraphs.withoutAxis(copy.shape(), axis)) : copy);
      from += size;
    }
    Type.OfSequence type = (Type.OfSequence) in.type(0);
    return new Datum.Sequence(type.element(), parts);
  }

  private static long[] sizes(Evaluation in, long size) {
    if (in.has(1) && in.tensor(1).shape().rank() > 0) {
      long[] sizes = in.longs(1);
      long sum = 0;
      for (long part : sizes) {
        if (part < 0) {
          throw in.error("split %s has a negative size", Sizes.text(sizes));
        }
        sum += part;
      }
      if (sum != size) {
        throw in.error("split %s must add up to %d", Sizes.text(sizes), size);
      }
      return sizes;
    }
    long chunk = in.has(1) ? in.tensor(1).getLong(0) : 1;
    if (chunk <= 0) {
      throw in.error("split must be positive, got %d", chunk);
    }
    long[] sizes = new long[Sizes.toInt(Math.ceilDiv(size, chunk))];
    Arrays.setAll(sizes, i -> Math.min(chunk, size - i * chunk));
    return sizes;
  }

  private SplitToSequence() {}
}
