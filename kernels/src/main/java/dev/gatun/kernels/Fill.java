package dev.gatun.kernels;

/** Fills memory with one element of 1, 2, 4 or 8 bytes; bound by the bandwidth of writing. */
public final class Fill {
  private static final long TASK_BYTES = 64 << 10;
  private static final int MAX_TASKS = 64;

  private final int elementBytes;
  private final long bytes;
  private final int tasks;

  private Fill(int elementBytes, long count) {
    if (elementBytes != 1 && elementBytes != 2 && elementBytes != 4 && elementBytes != 8) {
      throw new IllegalArgumentException(
          "fill: elements must have 1, 2, 4 or 8 bytes, got " + elementBytes);
    }
    if (count < 0) {
      throw new IllegalArgumentException("fill: negative number of elements: " + count);
    }
    this.elementBytes = elementBytes;
    this.bytes = Math.multiplyExact(count, (long) elementBytes);
    this.tasks = (int) Math.max(1, Math.min(MAX_TASKS, bytes / TASK_BYTES));
  }

  /** Plans to fill {@code count} elements. */
  public static Fill of(int elementBytes, long count) {
    return new Fill(elementBytes, count);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /**
   * Fills one task's share.
   *
   * @param element the bits of the element, in the low bytes
   */
  public void run(long dst, long element, int task) {
    long lines = bytes / 64;
    long from = lines * task / tasks * 64;
    long to = task == tasks - 1 ? bytes : lines * (task + 1) / tasks * 64;
    CopyRows.fill(dst + from, to - from, CopyRows.repeat(element, elementBytes));
  }

  /** Fills {@code bytes} bytes with zeros. */
  public static void zero(long dst, long bytes) {
    CopyRows.fill(dst, bytes, 0);
  }
}
