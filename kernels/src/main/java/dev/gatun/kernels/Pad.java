package dev.gatun.kernels;

import java.util.Arrays;

/**
 * Pads a dense tensor on both sides of every axis; negative amounts crop. Cropping comes first:
 * reflections and repetitions see the cropped tensor.
 *
 * <p>Memory bound: rows are copied whole between their borders. Immutable; tasks write disjoint
 * rows.
 */
public final class Pad {
  /** What the borders hold. */
  public enum Mode {
    /** A constant. */
    CONSTANT,
    /**
     * The inside mirrored at the last element, which is not repeated; again and again if needed.
     */
    REFLECT,
    /** The last element. */
    EDGE,
    /** The inside from its other end. */
    WRAP
  }

  private final IndexedCopy copy;
  private final long[] dstSizes;

  private Pad(IndexedCopy copy, long[] dstSizes) {
    this.copy = copy;
    this.dstSizes = dstSizes;
  }

  /** Plans a pad by {@code before} and {@code after} elements along each axis. */
  public static Pad of(int elementBytes, long[] sizes, long[] before, long[] after, Mode mode) {
    if (sizes.length != before.length || sizes.length != after.length) {
      throw new IllegalArgumentException(
          "pad: sizes "
              + Arrays.toString(sizes)
              + " need as many amounts before and after, got "
              + Arrays.toString(before)
              + " and "
              + Arrays.toString(after));
    }
    int[][] tables = new int[sizes.length][];
    long[] dstSizes = new long[sizes.length];
    for (int axis = 0; axis < sizes.length; axis++) {
      long size = sizes[axis] + before[axis] + after[axis];
      long first = Math.max(0, -before[axis]);
      long count = sizes[axis] - first - Math.max(0, -after[axis]);
      if (size < 0 || count < 0 || size > Integer.MAX_VALUE || sizes[axis] > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "pad: axis "
                + axis
                + " of "
                + sizes[axis]
                + " elements padded by "
                + before[axis]
                + " and "
                + after[axis]
                + " would have "
                + size
                + " elements");
      }
      if (count == 0 && size > 0 && mode != Mode.CONSTANT) {
        throw new IllegalArgumentException(
            "pad: axis " + axis + " has no element to " + mode + " from");
      }
      tables[axis] = table((int) size, Math.max(0, before[axis]), first, count, mode);
      dstSizes[axis] = size;
    }
    return new Pad(IndexedCopy.of(elementBytes, sizes, tables), dstSizes);
  }

  private static int[] table(int size, long before, long first, long count, Mode mode) {
    int[] table = new int[size];
    for (int k = 0; k < size; k++) {
      long at = k - before;
      if (at < 0 || at >= count) {
        at =
            switch (mode) {
              case CONSTANT -> IndexedCopy.CONSTANT - first; // first is added below
              case EDGE -> at < 0 ? 0 : count - 1;
              case WRAP -> Math.floorMod(at, count);
              case REFLECT -> {
                long period = Math.max(1, 2 * (count - 1));
                long phase = Math.floorMod(at, period);
                yield phase < count ? phase : period - phase;
              }
            };
      }
      table[k] = (int) (first + at);
    }
    return table;
  }

  /** Sizes of the result. */
  public long[] dstSizes() {
    return dstSizes.clone();
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return copy.tasks();
  }

  /**
   * Writes one task's rows.
   *
   * @param constant the bits of the constant, in the low bytes; ignored by other modes
   */
  public void run(long src, long dst, long constant, int task) {
    copy.run(src, dst, constant, task);
  }
}
