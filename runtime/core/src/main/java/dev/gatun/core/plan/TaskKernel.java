package dev.gatun.core.plan;

/**
 * A kernel of module kernels that has cut its work into tasks itself.
 *
 * @param body does one task; must not allocate
 */
record TaskKernel(int tasks, Body body) implements Kernel {
  /** Does one task. */
  interface Body {
    void run(long[] buffers, int task);
  }

  @Override
  public void run(long[] buffers, int task) {
    body.run(buffers, task);
  }
}
