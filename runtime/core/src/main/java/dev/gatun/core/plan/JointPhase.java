package dev.gatun.core.plan;

import java.util.List;

/** The kernels of several steps as one: their tasks behind each other. */
final class JointPhase {
  /** Fewer tasks are run by the caller: a team takes longer to start. */
  private static final int FEW_TASKS = 4;

  private final Kernel[] kernels;
  private final long[][] buffers;
  private final int[] ends; // of each kernel's tasks
  private final int tasks;

  JointPhase(List<Kernel> kernels, List<long[]> buffers) {
    this.kernels = kernels.toArray(Kernel[]::new);
    this.buffers = buffers.toArray(long[][]::new);
    ends = new int[this.kernels.length];
    int sum = 0;
    for (int i = 0; i < ends.length; i++) {
      sum += this.kernels[i].tasks();
      ends[i] = sum;
    }
    tasks = sum;
  }

  int tasks() {
    return tasks;
  }

  boolean isShort() {
    return tasks <= FEW_TASKS && tasks == kernels.length;
  }

  void run(int task) {
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (task < ends[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    kernels[low].run(buffers[low], task - (low == 0 ? 0 : ends[low - 1]));
  }
}
