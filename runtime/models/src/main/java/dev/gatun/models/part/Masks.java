package dev.gatun.models.part;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Range;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Cache;
import dev.gatun.train.net.Flow;
import java.util.Optional;

/** Numbers of positions, and which positions see which: true is seen. */
public final class Masks {
  /** 0, 1, ... along an axis of a value [T], int64. */
  public static Flow positions(Flow like, int axis) {
    if (like.size(axis) >= 0) {
      long[] all = new long[Math.toIntExact(like.size(axis))];
      java.util.Arrays.setAll(all, i -> i);
      return like.constant(Tensor.vector(all));
    }
    Flow size = like.sizes().slice(0, axis, axis + 1L).squeeze(0);
    Flow zero = size.constant(Tensor.scalar(0));
    return zero.op(Range.OP, Attrs.NONE, size, size.constant(Tensor.scalar(1)));
  }

  /** The mask of ids that count [B, S] (1) among padding (0), for scores [B, H, T, S]. */
  public static Flow padding(Flow counts) {
    return counts.equal(0.0).not().unsqueeze(1, 2);
  }

  /** A position sees those up to itself: [T, S]. */
  public static Flow causal(Flow queries, int axis, Flow keys, int keyAxis) {
    Flow from = positions(queries, axis).unsqueeze(1);
    Flow to = positions(keys, keyAxis).unsqueeze(0);
    return to.lessEqual(from);
  }

  /** A position sees less than {@code window} positions back, itself among them: [T, T]. */
  public static Flow window(Flow x, int axis, long window) {
    Flow at = positions(x, axis);
    return at.unsqueeze(0).greater(at.unsqueeze(1).sub((double) window));
  }

  /** The same for words after those in a cache: [B, T, C]. */
  public static Flow window(Cache cache, Flow ids, long window) {
    Flow from = cache.positions(ids).unsqueeze(2);
    return cache.keyPositions().unsqueeze(0, 1).greater(from.sub((double) window));
  }

  /** Both of two masks, of which none need be there. */
  public static Optional<Flow> both(Optional<Flow> a, Optional<Flow> b) {
    return a.isEmpty() ? b : b.isEmpty() ? a : Optional.of(a.get().and(b.get()));
  }

  /** Numbers of the positions that count [B, T], from 0; 1 for padding. */
  public static Flow countedPositions(Flow counts) {
    Flow one = counts.cast(DType.I64);
    Flow axis = counts.constant(Tensor.scalar(1));
    Flow before = one.op(dev.gatun.core.op.CumSum.OP, Attrs.NONE, axis).sub(1);
    return before.number(1).where(one.equal(0.0), before);
  }

  private Masks() {}
}
