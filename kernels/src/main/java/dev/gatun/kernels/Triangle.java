package dev.gatun.kernels;

/**
 * Copies the upper or lower triangle of matrices [count, rows, columns] and writes zeros elsewhere;
 * memory bound. Immutable; a task owns a range of rows.
 */
public final class Triangle {
  private static final int MAX_TASKS = 64;
  private static final long TASK_BYTES = 64 << 10;

  private final int elementBytes;
  private final long rows;
  private final long columns;
  private final boolean upper;
  private final long diagonal;
  private final long all;
  private final int tasks;

  private Triangle(
      int elementBytes, long count, long rows, long columns, boolean upper, long diagonal) {
    this.elementBytes = elementBytes;
    this.rows = rows;
    this.columns = columns;
    this.upper = upper;
    this.diagonal = Math.clamp(diagonal, -rows - 1, columns + 1);
    all = count * rows;
    long bytes = all * columns * elementBytes;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, all), bytes / TASK_BYTES));
  }

  /**
   * Plans the copy.
   *
   * @param upper whether elements with column - row at least {@code diagonal} stay, or at most
   */
  public static Triangle of(
      int elementBytes, long count, long rows, long columns, boolean upper, long diagonal) {
    return new Triangle(elementBytes, count, rows, columns, upper, diagonal);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Writes one task's rows; {@code dst} may be {@code src}. */
  public void run(long src, long dst, int task) {
    long end = all * (task + 1) / tasks;
    for (long row = all * task / tasks; row < end; row++) {
      long at = row % rows + diagonal;
      long first = upper ? Math.clamp(at, 0, columns) : 0;
      long last = upper ? columns : Math.clamp(at + 1, 0, columns);
      long base = row * columns * elementBytes;
      long from = first * elementBytes;
      long to = last * elementBytes;
      CopyRows.fill(dst + base, from, 0);
      if (src != dst) {
        CopyRows.copy(src + base + from, dst + base + from, to - from);
      }
      CopyRows.fill(dst + base + to, columns * elementBytes - to, 0);
    }
  }
}
