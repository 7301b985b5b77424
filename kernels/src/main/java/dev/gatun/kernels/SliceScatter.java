package dev.gatun.kernels;

/**
 * dst[o, start + t, i] = update[o, t, i], with a start for each batch of outer slices: what fills
 * caches. The rest of dst stays as it is.
 *
 * <p>Memory bound. Immutable; a task owns a range of outer slices.
 */
public final class SliceScatter {
  private static final long TASK_BYTES = 64 << 10;
  private static final int MAX_TASKS = 64;

  /** What happens to slices beyond an end of the axis. */
  public enum Ends {
    /** The run fails, before it writes anything in the task that notices it. */
    FAIL,
    /** They go on at the other end. */
    WRAP,
    /** They are left out. */
    CLIP
  }

  private final long outer;
  private final long batches;
  private final long axis;
  private final long count;
  private final long innerBytes;
  private final int startBytes;
  private final Ends ends;
  private final int tasks;

  /**
   * Plans it.
   *
   * @param outer product of the sizes before the axis, a multiple of batches
   * @param axis size of the axis in dst
   * @param count its size in the update
   * @param innerBytes bytes of everything after the axis
   * @param startBytes 4 or 8
   */
  public SliceScatter(
      long outer, long batches, long axis, long count, long innerBytes, int startBytes, Ends ends) {
    Indices.requireWidth("slice scatter", startBytes);
    if (batches < 1 || outer % batches != 0 || ends != Ends.CLIP && count > axis) {
      throw new IllegalArgumentException(
          "slice scatter: "
              + outer
              + " slices of "
              + batches
              + " batches, "
              + count
              + " into an axis of "
              + axis);
    }
    this.outer = outer;
    this.batches = batches;
    this.axis = axis;
    this.count = count;
    this.innerBytes = innerBytes;
    this.startBytes = startBytes;
    this.ends = ends;
    long bytes = outer * count * innerBytes;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, outer), bytes / TASK_BYTES));
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /**
   * Writes one task's slices.
   *
   * @param starts address of a start for each batch, or 0 for starts of 0
   * @throws IndexOutOfBoundsException when one of them does not fit and must
   */
  public void run(long update, long starts, long dst, int task) {
    long first = outer * task / tasks;
    long last = outer * (task + 1) / tasks;
    for (long o = first; o < last; o++) {
      check(start(starts, o));
    }
    for (long o = first; o < last; o++) {
      long start = start(starts, o);
      long from = update + o * count * innerBytes;
      long to = dst + o * axis * innerBytes;
      if (ends == Ends.WRAP) {
        long at = start % axis;
        long before = Math.min(count, axis - at);
        copy(from, to + at * innerBytes, before);
        copy(from + before * innerBytes, to, count - before);
      } else {
        // Not start + count, which may overflow.
        long skipped = start < 0 ? Math.min(count, -Math.max(start, -count)) : 0;
        long kept = start >= axis ? 0 : Math.min(count, axis - start) - skipped;
        copy(from + skipped * innerBytes, to + (start + skipped) * innerBytes, kept);
      }
    }
  }

  private void check(long start) {
    if (ends != Ends.CLIP && (start < 0 || ends == Ends.FAIL && start > axis - count)) {
      throw new IndexOutOfBoundsException(
          "slice scatter: writes ["
              + start
              + ", "
              + (start + count)
              + ") of an axis of "
              + axis
              + " elements");
    }
  }

  private long start(long starts, long slice) {
    return starts == 0 ? 0 : Indices.raw(starts, startBytes, slice / (outer / batches));
  }

  private void copy(long from, long to, long slices) {
    if (slices > 0 && innerBytes > 0) {
      CopyRows.copy(from, to, slices * innerBytes);
    }
  }
}
