package dev.gatun.core.plan;

/**
 * One step of a plan; immutable, so that any number of threads may run it on different buffers.
 *
 * <p>Running must not allocate.
 */
public interface Kernel {
  /** Into how many slices the work is cut; fixed, so that results do not depend on timing. */
  int tasks();

  /**
   * Does one slice.
   *
   * @param buffers addresses of the node's inputs (0 for an absent one), then of its outputs, then
   *     of the scratch memory if the lowering asked for any
   */
  void run(long[] buffers, int task);
}
