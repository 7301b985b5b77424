package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/**
 * The plan of a product c[m, n] = clamp(bias + a[m, k] * b[k, n]) in float32 whose right matrix has
 * {@link NarrowWeights}; left rows and results stay float32.
 *
 * <p>One row is bound by reading b, whose weights become floats in registers. For more rows each
 * task writes its panels as float32 into scratch memory and multiplies as {@link GemmF32} does, so
 * that unpacking is shared by the rows.
 *
 * <p>A plan is immutable and may be run by any number of threads at once; results do not depend on
 * their number.
 */
public final class NarrowMatmulF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final long COLUMN_BYTES = 4L * COLUMNS;

  /** Less than this is not worth a task: some two microseconds of reading. */
  private static final long TASK_BYTES = 32 << 10;

  /** A few tasks a thread, so that one that is late does not keep the others waiting. */
  private static final int TASKS_PER_THREAD = 2;

  private final NarrowWeights form;
  private final @Nullable GemmF32 several;
  private final int panels;
  private final int tasks;

  private NarrowMatmulF32(int m, NarrowWeights form, int threads) {
    this.form = form;
    panels = PackedWeightsF32.panels(form.n());
    several = m == 1 ? null : GemmF32.plan(m, form, threads);
    tasks = several != null ? several.tasks() : cut(threads);
  }

  private int cut(int threads) {
    long worth = Math.max(1, form.bytes() / TASK_BYTES);
    long most = Math.min(panels, (long) TASKS_PER_THREAD * threads);
    long few = Math.min(worth, most);
    // Whole rounds of all threads.
    return (int) (few > threads ? few / threads * threads : few);
  }

  /** A plan for m rows. */
  public static NarrowMatmulF32 plan(int m, NarrowWeights weights, int threads) {
    if (m < 0 || threads < 1) {
      throw new IllegalArgumentException(m + " rows on " + threads + " threads");
    }
    return new NarrowMatmulF32(m, weights, threads);
  }

  /** Number of tasks; they may run in any order and at the same time. */
  public int tasks() {
    return tasks;
  }

  /**
   * Runs one task.
   *
   * @param a address of the left matrix
   * @param aRowBytes distance between its rows
   * @param packed address of the weights
   * @param bias address of what is added to each row, 0 for nothing
   * @param lo lower bound of the result, negative infinity for none
   * @param hi upper bound of the result, positive infinity for none
   * @param c address of the result
   * @param cRowBytes distance between its rows
   * @param epilogue what to do with finished blocks
   * @param buffers addresses for the epilogue
   */
  public void run(
      long a,
      long aRowBytes,
      long packed,
      long bias,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    if (several != null) {
      several.run(a, aRowBytes, packed, bias, lo, hi, c, cRowBytes, epilogue, buffers, task);
      return;
    }
    NarrowLeftF32 left = NarrowLeftF32.get();
    left.take(a, form);
    long tile = GemmScratchF32.get().tile;
    int first = Parts.begin(panels, tasks, task);
    int last = Parts.begin(panels, tasks, task + 1);
    for (int panel = first; panel < last; panel++) {
      int columns = Math.min(COLUMNS, form.n() - panel * COLUMNS);
      long at = panel * COLUMN_BYTES;
      long from = bias == 0 ? GemmF32.ZEROS : bias + at;
      GemmEdgesF32.copy(from, 0, tile, 0, 1, columns);
      row(left, packed, panel, tile);
      GemmEdgesF32.finishTile(tile, c + at, 0, 1, columns, lo, hi);
    }
    if (epilogue != null) {
      int column = first * COLUMNS;
      int width = Math.min(form.n(), last * COLUMNS) - column;
      epilogue.apply(buffers, c + 4L * column, cRowBytes, 0, 1, column, width);
    }
  }

  private void row(NarrowLeftF32 left, long packed, int panel, long sums) {
    int groups = form.groups();
    int words = form.groupWords();
    long weights = form.words(packed, panel);
    float[] x = left.row(form);
    if (form.kind() == NarrowWeights.Kind.BF16) {
      NarrowRowF32.bf16(x, groups * words, weights, sums);
      return;
    }
    long scales = form.scales(packed, panel);
    if (form.halves()) {
      long wide = left.scales(groups * COLUMN_BYTES);
      NarrowPanelF32.halves(scales, groups, wide);
      scales = wide;
    }
    if (form.kind() == NarrowWeights.Kind.I8) {
      NarrowRowF32.i8(x, left.zeros(), groups, words, scales, weights, sums);
    } else {
      NarrowRowF32.i4(x, left.zeros(), groups, words, scales, weights, sums);
    }
    if (form.offsets()) {
      NarrowRowF32.offsets(left.sums(), groups, form.offsets(packed, panel), sums);
    }
  }
}
