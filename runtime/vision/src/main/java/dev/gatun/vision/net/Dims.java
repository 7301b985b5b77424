package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;

/** Shapes of which some sizes are known when the graph runs only. */
final class Dims {
  /** A size as a vector of one. */
  static Flow of(Flow x, int axis) {
    return x.size(axis) >= 0
        ? x.constant(Tensor.vector(x.size(axis)))
        : x.sizes().slice(0, axis, axis + 1L);
  }

  /** Rows [B R, ...] as [B, R, ...], with the first two sizes of another value. */
  static Flow rows(Flow x, Flow like) {
    List<Flow> sizes = new ArrayList<>(List.of(of(like, 0), of(like, 1)));
    long[] known = new long[x.rank() + 1];
    for (int i = 1; i < x.rank(); i++) {
      sizes.add(of(x, i));
      known[i + 1] = Math.max(x.size(i), 0);
    }
    known[0] = Math.max(like.size(0), 0);
    known[1] = Math.max(like.size(1), 0);
    // The second one tells the sizes that are known.
    return x.op(Reshape.OP, Attrs.NONE, Flow.concat(0, sizes)).reshape(known);
  }

  /** [B, C, R] as [B C, R]. */
  static Flow joined(Flow x) {
    if (x.size(2) >= 0) {
      return x.reshape(-1, x.size(2));
    }
    Flow sizes = Flow.concat(0, x.constant(Tensor.vector(-1)), of(x, 2));
    return x.op(Reshape.OP, Attrs.NONE, sizes);
  }

  private Dims() {}
}
