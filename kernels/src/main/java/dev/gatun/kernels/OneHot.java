package dev.gatun.kernels;

/**
 * dst[o, d, i] = index[o, i] == d ? on : off, for indices of 4 or 8 bytes; negative ones count from
 * the end, those outside [-depth, depth) set nothing, as ONNX wants it.
 *
 * <p>Bound by the bandwidth of writing. Immutable; a task owns a range of outer slices.
 */
public final class OneHot {
  private static final int MAX_TASKS = 64;
  private static final long TASK_BYTES = 64 << 10;

  private final int elementBytes;
  private final long outer;
  private final long depth;
  private final long inner;
  private final int indexBytes;
  private final int tasks;

  private OneHot(int elementBytes, long outer, long depth, long inner, int indexBytes) {
    Indices.requireWidth("oneHot", indexBytes);
    if (outer < 0 || depth < 0 || inner < 0) {
      throw new IllegalArgumentException("oneHot: negative size");
    }
    this.elementBytes = elementBytes;
    this.outer = outer;
    this.depth = depth;
    this.inner = inner;
    this.indexBytes = indexBytes;
    long bytes = outer * depth * inner * elementBytes;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, outer), bytes / TASK_BYTES));
  }

  /**
   * Plans a one-hot tensor [outer, depth, inner] from indices [outer, inner].
   *
   * @param elementBytes 1, 2, 4 or 8
   */
  public static OneHot of(int elementBytes, long outer, long depth, long inner, int indexBytes) {
    return new OneHot(elementBytes, outer, depth, inner, indexBytes);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Writes one task's slices; {@code on} and {@code off} are bits of elements in the low bytes. */
  public void run(long indices, long dst, long on, long off, int task) {
    long first = outer * task / tasks;
    long last = outer * (task + 1) / tasks;
    long sliceBytes = depth * inner * elementBytes;
    CopyRows.fill(
        dst + first * sliceBytes, (last - first) * sliceBytes, CopyRows.repeat(off, elementBytes));
    long pattern = CopyRows.repeat(on, elementBytes);
    for (long k = first * inner; k < last * inner; k++) {
      long index = Indices.at(indices, indexBytes, k, depth);
      if (index >= 0 && index < depth) {
        long o = k / inner;
        long at = (o * depth + index) * inner + (k - o * inner);
        CopyRows.fill(dst + at * elementBytes, elementBytes, pattern);
      }
    }
  }
}
