package dev.gatun.core.plan;

/** A kernel whose work is a range of like units (rows, columns), cut into slices of several. */
final class RangeKernel implements Kernel {
  /** Does units [first, last). */
  interface Body {
    void run(long[] buffers, long first, long last);
  }

  /** Below this many elements a slice costs more to hand out than to compute. */
  private static final long ELEMENTS_PER_TASK = 8192;

  private final Body body;
  private final long units;
  private final int tasks;

  /**
   * A kernel over {@code units} of about {@code elementsPerUnit} elements.
   *
   * @param elementsPerUnit weighted by what an element costs compared with a copied one
   */
  RangeKernel(long units, long elementsPerUnit, int threads, Body body) {
    this.body = body;
    this.units = units;
    long slices = units * Math.max(1, elementsPerUnit) / ELEMENTS_PER_TASK;
    tasks = (int) Math.max(1, Math.min(Math.min(units, slices), 4L * threads));
  }

  @Override
  public int tasks() {
    return tasks;
  }

  @Override
  public void run(long[] buffers, int task) {
    body.run(buffers, units * task / tasks, units * (task + 1) / tasks);
  }
}
