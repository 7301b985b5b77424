package dev.gatun.kernels;

/**
 * dst[o, k, i] = src[o, index[k], i]: takes slices along one axis; with one outer slice and long
 * rows it is the embedding lookup.
 *
 * <p>Memory bound. Every task checks the indices it uses before it copies anything. Immutable.
 */
public final class Gather {
  private static final long TASK_BYTES = 64 << 10;
  private static final int MAX_TASKS = 64;

  private final long outer;
  private final long axis;
  private final long innerBytes;
  private final long count;
  private final int indexBytes;
  private final int tasks;

  private Gather(long outer, long axis, long innerBytes, long count, int indexBytes) {
    Indices.requireWidth("gather", indexBytes);
    if (outer < 0 || axis < 0 || innerBytes < 0 || count < 0) {
      throw new IllegalArgumentException("gather: negative size");
    }
    this.outer = outer;
    this.axis = axis;
    this.innerBytes = innerBytes;
    this.count = count;
    this.indexBytes = indexBytes;
    long units = outer * count;
    // Small slices cost more than their bytes.
    long cost = units * Math.max(16, innerBytes);
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, units), cost / TASK_BYTES));
  }

  /**
   * Plans a gather.
   *
   * @param outer product of the sizes before the axis
   * @param axis size of the axis in the source
   * @param innerBytes bytes of everything after the axis
   * @param count number of indices
   * @param indexBytes 4 or 8
   */
  public static Gather of(long outer, long axis, long innerBytes, long count, int indexBytes) {
    return new Gather(outer, axis, innerBytes, count, indexBytes);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /**
   * Copies one task's slices.
   *
   * @throws IndexOutOfBoundsException when one of its indices is outside the axis
   */
  public void run(long src, long indices, long dst, int task) {
    long units = outer * count;
    long unit = units * task / tasks;
    long end = units * (task + 1) / tasks;
    if (unit >= end) {
      return;
    }
    boolean wraps = end - unit >= count || unit / count != (end - 1) / count;
    Indices.check(
        "gather",
        indices,
        indexBytes,
        wraps ? 0 : unit % count,
        wraps ? count : (end - 1) % count + 1,
        axis);
    while (unit < end) {
      long slice = unit / count;
      long first = unit - slice * count;
      long last = Math.min(count, first + end - unit);
      take(src + slice * axis * innerBytes, indices, dst + slice * count * innerBytes, first, last);
      unit += last - first;
    }
  }

  private void take(long src, long indices, long dst, long first, long last) {
    if (innerBytes == 4) {
      for (long k = first; k < last; k++) {
        long from = Indices.at(indices, indexBytes, k, axis);
        Memory.ALL.set(Memory.I32, dst + 4 * k, Memory.ALL.get(Memory.I32, src + 4 * from));
      }
    } else if (innerBytes == 8) {
      for (long k = first; k < last; k++) {
        long from = Indices.at(indices, indexBytes, k, axis);
        Memory.ALL.set(Memory.I64, dst + 8 * k, Memory.ALL.get(Memory.I64, src + 8 * from));
      }
    } else {
      for (long k = first; k < last; k++) {
        long from = Indices.at(indices, indexBytes, k, axis);
        CopyRows.copy(src + from * innerBytes, dst + k * innerBytes, innerBytes);
      }
    }
  }
}
