package dev.gatun.core.graph;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;

/** NumPy broadcasting: shapes are aligned at the last axis; a size of 1 stretches. */
public final class Broadcast {
  /** The common shape; unknown sizes stay unknown unless the other side decides. */
  public static Shape shape(String op, Shape a, Shape b) {
    if (!a.isRanked() || !b.isRanked()) {
      return Shape.UNRANKED;
    }
    int rank = Math.max(a.rank(), b.rank());
    long[] sizes = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long x = i <= a.rank() ? a.size(-i) : 1;
      long y = i <= b.rank() ? b.size(-i) : 1;
      if (x == 1 || y == 1) {
        sizes[rank - i] = x == 1 ? y : x;
      } else if (x < 0 || y < 0) {
        sizes[rank - i] = Math.max(x, y);
      } else if (x == y) {
        sizes[rank - i] = x;
      } else {
        throw new ShapeException(
            String.format(
                java.util.Locale.ROOT,
                "op '%s': shapes %s and %s do not broadcast: %d vs %d at axis %d from the end",
                op,
                a,
                b,
                x,
                y,
                i));
      }
    }
    return Shape.of(sizes);
  }

  /**
   * Element strides with which a tensor of shape {@code from} is read as shape {@code to}: 0 along
   * stretched axes. Both are fixed.
   */
  public static long[] strides(Shape from, Shape to) {
    long[] strides = new long[to.rank()];
    long step = 1;
    for (int i = 1; i <= from.rank(); i++) {
      long size = from.size(-i);
      strides[to.rank() - i] = size == 1 ? 0 : step;
      step *= size;
    }
    return strides;
  }

  private Broadcast() {}
}
