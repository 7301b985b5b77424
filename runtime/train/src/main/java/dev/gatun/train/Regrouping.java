package dev.gatun.train;

import dev.gatun.core.tensor.Shape;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The same elements in the same order under other axes: axes are merged or parted where products of
 * sizes agree. Units go along through a merger, where each stands for several indices; where axes
 * with units are parted, or two of them are merged, they are held.
 */
final class Regrouping {
  private final long[] from;
  private final long[] to;

  Regrouping(long[] from, long[] to) {
    this.from = from;
    this.to = to;
  }

  /** The units of the result. */
  int[] @Nullable [] follow(int[] @Nullable [] x, Consumer<int[]> hold) {
    int[][] y = new int[to.length][];
    int i = 0;
    int j = 0;
    while (i < from.length || j < to.length) {
      int firstFrom = i;
      int firstTo = j;
      long left = i < from.length ? from[i++] : 1;
      long right = j < to.length ? to[j++] : 1;
      while (left != right && (i < from.length || j < to.length)) {
        // An unknown size is that of the batch, which only ones may stand beside.
        boolean more = right < 0 || left >= 0 && left < right;
        if (more && i < from.length || j >= to.length) {
          left = times(left, from[i++]);
        } else {
          right = times(right, to[j++]);
        }
      }
      part(x, y, new int[] {firstFrom, i, firstTo, j}, hold);
    }
    return y;
  }

  private static long times(long a, long b) {
    return a == 1 ? b : b == 1 ? a : a < 0 || b < 0 ? Shape.UNKNOWN : a * b;
  }

  /** Axes [range 0, range 1) of x are axes [range 2, range 3) of y. */
  private void part(int[] @Nullable [] x, int[] @Nullable [] y, int[] range, Consumer<int[]> hold) {
    int with = -1;
    int axes = 0;
    long inner = 1;
    for (int i = range[0]; i < range[1]; i++) {
      if (x[i] != null && from[i] > 1) {
        with = i;
        axes++;
        inner = 1;
      } else {
        inner = times(inner, from[i]);
      }
    }
    if (axes == 0) {
      return;
    }
    int target = -1;
    int targets = 0;
    for (int j = range[2]; j < range[3]; j++) {
      if (to[j] != 1) {
        target = j;
        targets++;
      }
    }
    if (axes > 1 || targets != 1 || to[target] < 0) {
      for (int i = range[0]; i < range[1]; i++) {
        if (x[i] != null) {
          hold.accept(x[i]);
        }
      }
      return;
    }
    int[] units = Objects.requireNonNull(x[with]);
    int[] merged = new int[Math.toIntExact(to[target])];
    for (int k = 0; k < merged.length; k++) {
      merged[k] = units[(int) (k / inner % units.length)];
    }
    y[target] = merged;
  }
}
