package dev.gatun.kernels;

/**
 * Position of the maximum or minimum of elements of any type, as 64-bit integers: the first of
 * equals or the last; the first NaN wins over everything, as in numpy.
 *
 * <p>Scalar, about a nanosecond an element: float32, which models use, has {@link ArgReduceF32}.
 */
public final class ArgReduceElements {
  /**
   * Results [first, last) of [outer, axis, inner] reduced to [outer, inner]; axis is at least 1.
   */
  public static void run(
      ElementType type,
      boolean min,
      boolean lastOfEquals,
      long src,
      long dst,
      long first,
      long last,
      int axis,
      int inner) {
    int bytes = type.bytes();
    long step = (long) inner * bytes;
    for (long unit = first; unit < last; unit++) {
      long from = src + (unit / inner * axis * inner + unit % inner) * bytes;
      long index = type.isFloating() ? nan(type, from, step, axis) : -1;
      if (index < 0) {
        index = best(type, min, lastOfEquals, from, step, axis);
      }
      Memory.ALL.set(Memory.I64, dst + 8 * unit, index);
    }
  }

  private static long nan(ElementType type, long src, long step, int axis) {
    for (int k = 0; k < axis; k++) {
      if (Double.isNaN(CastElements.realAt(type, src + k * step))) {
        return k;
      }
    }
    return -1;
  }

  private static long best(
      ElementType type, boolean min, boolean lastOfEquals, long src, long step, int axis) {
    long best = 0;
    long key = key(type, min, src);
    for (int k = 1; k < axis; k++) {
      long other = key(type, min, src + k * step);
      if (other > key || lastOfEquals && other == key) {
        best = k;
        key = other;
      }
    }
    return best;
  }

  private static long key(ElementType type, boolean min, long at) {
    long key = SortKeys.at(type, at);
    return min ? ~key : key;
  }

  private ArgReduceElements() {}
}
