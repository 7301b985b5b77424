package dev.gatun.core.plan;

import dev.gatun.ffi.Arg;
import dev.gatun.ffi.Arguments;
import dev.gatun.kernels.Epilogue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs primitives of oneDNN on slices of a node's work; each run uses one thread, so the team takes
 * slices as with our own kernels.
 *
 * <p>The scratchpad of a task lies in the step's scratch memory: primitives of a plan that never
 * run at the same time share it.
 */
final class DnnlKernel implements Kernel {
  private static final long LINE = 64;

  /**
   * An argument of all primitives of the kernel.
   *
   * @param arg a number of {@link Arg}
   * @param buffer index into the step's buffers, or -1 if the slices have addresses
   */
  record Operand(int arg, int buffer) {}

  /**
   * One run of a primitive.
   *
   * @param at for each operand the offset into its buffer in bytes, or its address
   * @param block what it computes, for the epilogue
   */
  record Slice(SharedPrimitive primitive, long[] at, Block block) {}

  /** A block of the result in its view as a matrix; the offset is that of its first element. */
  record Block(long offset, long row, int rows, long column, int columns) {
    /** For kernels without an epilogue. */
    static final Block NONE = new Block(0, 0, 0, 0, 0);
  }

  private final int[] args;
  private final int[] buffer;
  private final Slice[] slices;
  private final int tasks;
  private final long scratchBytes;
  private final @Nullable Epilogue epilogue;
  private final int output;
  private final long rowBytes;
  private long scratchFrom;

  /**
   * A kernel without an epilogue.
   *
   * @param tasks at most the number of slices; a task runs several one after the other
   */
  DnnlKernel(List<Operand> operands, List<Slice> slices, int tasks) {
    this(operands, slices, tasks, null, 0, 0);
  }

  /**
   * A kernel.
   *
   * @param epilogue run on each slice's block while it is in cache; null for none
   * @param output index of the result's buffer
   * @param rowBytes distance between rows of the result
   */
  DnnlKernel(
      List<Operand> operands,
      List<Slice> slices,
      int tasks,
      @Nullable Epilogue epilogue,
      int output,
      long rowBytes) {
    args = operands.stream().mapToInt(Operand::arg).toArray();
    buffer = operands.stream().mapToInt(Operand::buffer).toArray();
    this.slices = slices.toArray(Slice[]::new);
    this.tasks = Math.min(tasks, this.slices.length);
    this.epilogue = epilogue;
    this.output = output;
    this.rowBytes = rowBytes;
    long most = 0;
    for (Slice slice : slices) {
      most = Math.max(most, slice.primitive.primitive().scratchpadBytes());
    }
    scratchBytes = Math.ceilDiv(most, LINE) * LINE;
  }

  /** Leaves the first bytes of the step's scratch memory to others; before the first run. */
  DnnlKernel scratchFrom(long bytes) {
    scratchFrom = Math.ceilDiv(bytes, LINE) * LINE;
    return this;
  }

  /** This kernel as the only phase of a node. */
  Lowering.Kernels alone(String note) {
    return Lowering.Kernels.of(this).scratch(totalScratch()).noted(note);
  }

  /** What others have and scratch memory of all tasks, the last of the step's buffers. */
  long totalScratch() {
    return scratchFrom + scratchBytes * tasks;
  }

  @Override
  public int tasks() {
    return tasks;
  }

  @Override
  public void run(long[] buffers, int task) {
    int last = (int) ((task + 1L) * slices.length / tasks);
    for (int i = (int) ((long) task * slices.length / tasks); i < last; i++) {
      Slice slice = slices[i];
      Arguments arguments = slice.primitive.take();
      try {
        for (int k = 0; k < args.length; k++) {
          arguments.set(args[k], (buffer[k] < 0 ? 0 : buffers[buffer[k]]) + slice.at[k]);
        }
        if (scratchBytes > 0 && arguments.has(Arg.SCRATCHPAD)) {
          arguments.set(
              Arg.SCRATCHPAD, buffers[buffers.length - 1] + scratchFrom + task * scratchBytes);
        }
        arguments.execute();
      } finally {
        slice.primitive.give(arguments);
      }
      if (epilogue != null) {
        Block block = slice.block;
        epilogue.apply(
            buffers,
            buffers[output] + block.offset,
            rowBytes,
            block.row,
            block.rows,
            block.column,
            block.columns);
      }
    }
  }
}
