package dev.gatun.core.op;

import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * nonZero(x) = the indices [rank, count] of the elements that are not zero (or false), in order.
 */
public final class NonZero {
  public static final OpDef OP =
      OpDef.named("nonZero")
          .types(
              in -> {
                in.require(in.dtype(0) != DType.STRING, "strings have no zero");
                Shape x = in.shape(0);
                return List.of(
                    Type.tensor(DType.I64, x.isRanked() ? x.rank() : Shape.UNKNOWN, Shape.UNKNOWN));
              })
          .reference(in -> List.of(run(in.tensor(0))))
          .define();

  private static Tensor run(Tensor x) {
    List<Long> found = new ArrayList<>();
    for (long i = 0; i < x.elements(); i++) {
      if (x.getBoolean(i)) {
        found.add(i);
      }
    }
    int rank = x.shape().rank();
    long[] strides = Indexer.strides(x.shape());
    long[] indices = new long[rank * found.size()];
    for (int axis = 0; axis < rank; axis++) {
      for (int k = 0; k < found.size(); k++) {
        indices[axis * found.size() + k] = found.get(k) / strides[axis] % x.shape().size(axis);
      }
    }
    return Tensor.of(indices, rank, found.size());
  }

  private NonZero() {}
}
