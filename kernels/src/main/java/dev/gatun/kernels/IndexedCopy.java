package dev.gatun.kernels;

import java.util.Arrays;

/**
 * A planned copy dst[i, j, ...] = src[a[i], b[j], ...] between dense tensors, with one index table
 * an axis and a constant where a table holds -1: pads of every kind, crops and nearest resize.
 *
 * <p>Memory bound. Trailing axes that are copied as they are form one block; the innermost table is
 * cut into runs, so that the inside of a padded row is one copy. Immutable; every task writes a
 * disjoint range of rows.
 */
public final class IndexedCopy {
  private static final long TASK_BYTES = 64 << 10;
  private static final int MAX_TASKS = 64;

  /** Marks the elements that take the constant. */
  public static final int CONSTANT = -1;

  private final int elementBytes;
  private final long blockBytes;
  // Axes before the innermost table; an empty table stands for an axis copied as it is.
  private final long[] outerSizes;
  private final long[] outerStrides;
  private final int[][] outerTables;
  private final int[] table;
  private final boolean singly;
  // The innermost table as runs: of neighbours, or of the constant.
  private final int[] runTo;
  private final int[] runFrom;
  private final long rowBytes;
  private final long rows;
  private final int tasks;

  private IndexedCopy(int elementBytes, long[] srcSizes, int[][] tables) {
    if (elementBytes != 1 && elementBytes != 2 && elementBytes != 4 && elementBytes != 8) {
      throw new IllegalArgumentException(
          "indexed copy: elements must have 1, 2, 4 or 8 bytes, got " + elementBytes);
    }
    if (srcSizes.length != tables.length) {
      throw new IllegalArgumentException(
          "indexed copy: " + srcSizes.length + " axes need as many tables, got " + tables.length);
    }
    for (int axis = 0; axis < tables.length; axis++) {
      for (int index : tables[axis]) {
        if (index < CONSTANT || index >= srcSizes[axis]) {
          throw new IllegalArgumentException(
              "indexed copy: index "
                  + index
                  + " of axis "
                  + axis
                  + " is not in [-1, "
                  + srcSizes[axis]
                  + ")");
        }
      }
    }
    this.elementBytes = elementBytes;
    int rank = srcSizes.length;
    long[] strides = StridedCopy.denseStrides(elementBytes, srcSizes);
    int inner = rank - 1;
    while (inner >= 0 && isIdentity(tables[inner], srcSizes[inner])) {
      inner--;
    }
    long block = elementBytes;
    for (int axis = inner + 1; axis < rank; axis++) {
      block *= srcSizes[axis];
    }
    blockBytes = block;
    table = inner < 0 ? new int[] {0} : tables[inner].clone();
    int outer = Math.max(0, inner);
    outerSizes = new long[outer];
    outerStrides = new long[outer];
    outerTables = new int[outer][];
    long count = 1;
    for (int axis = 0; axis < outer; axis++) {
      outerSizes[axis] = tables[axis].length;
      outerStrides[axis] = strides[axis];
      outerTables[axis] =
          isIdentity(tables[axis], srcSizes[axis]) ? new int[0] : tables[axis].clone();
      count *= tables[axis].length;
    }
    int[] to = new int[table.length + 1];
    int[] from = new int[table.length];
    int runs = 0;
    for (int k = 0; k < table.length; k++) {
      boolean continues =
          k > 0
              && (table[k] == CONSTANT
                  ? table[k - 1] == CONSTANT
                  : table[k - 1] != CONSTANT && table[k] == table[k - 1] + 1);
      if (!continues) {
        to[runs] = k;
        from[runs] = table[k];
        runs++;
      }
    }
    to[runs] = table.length;
    runTo = Arrays.copyOf(to, runs + 1);
    runFrom = Arrays.copyOf(from, runs);
    // Short runs of small blocks: a run costs about as much as a few single elements.
    singly = Long.bitCount(blockBytes) == 1 && blockBytes <= 8 && table.length < 4L * runs;
    rowBytes = table.length * blockBytes;
    rows = rowBytes == 0 ? 0 : count;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, rows), rows * rowBytes / TASK_BYTES));
  }

  private static boolean isIdentity(int[] table, long size) {
    if (table.length != size) {
      return false;
    }
    for (int k = 0; k < table.length; k++) {
      if (table[k] != k) {
        return false;
      }
    }
    return true;
  }

  /**
   * Plans a copy.
   *
   * @param elementBytes 1, 2, 4 or 8
   * @param tables for each axis the source index of each destination index, or {@link #CONSTANT}
   */
  public static IndexedCopy of(int elementBytes, long[] srcSizes, int[][] tables) {
    return new IndexedCopy(elementBytes, srcSizes, tables);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /**
   * Copies one task's rows.
   *
   * @param constant the bits of the constant, in the low bytes
   */
  public void run(long src, long dst, long constant, int task) {
    long pattern = CopyRows.repeat(constant, elementBytes);
    long end = rows * (task + 1) / tasks;
    for (long row = rows * task / tasks; row < end; row++) {
      long from = source(row);
      long to = dst + row * rowBytes;
      if (from < 0) {
        CopyRows.fill(to, rowBytes, pattern);
      } else if (singly) {
        singles(src + from, to, pattern);
      } else {
        runs(src + from, to, pattern);
      }
    }
  }

  // Where a row's source begins, in bytes; -1 when the row lies outside along an outer axis.
  private long source(long row) {
    long at = 0;
    long rest = row;
    for (int axis = outerSizes.length - 1; axis >= 0; axis--) {
      long size = outerSizes[axis];
      long next = axis == 0 ? 0 : rest / size;
      int index = (int) (rest - next * size);
      rest = next;
      int[] indices = outerTables[axis];
      int from = indices.length == 0 ? index : indices[index];
      if (from == CONSTANT) {
        return -1;
      }
      at += from * outerStrides[axis];
    }
    return at;
  }

  private void runs(long src, long dst, long pattern) {
    for (int run = 0; run < runFrom.length; run++) {
      long to = dst + runTo[run] * blockBytes;
      long bytes = (runTo[run + 1] - runTo[run]) * blockBytes;
      if (runFrom[run] == CONSTANT) {
        CopyRows.fill(to, bytes, pattern);
      } else {
        CopyRows.copy(src + runFrom[run] * blockBytes, to, bytes);
      }
    }
  }

  private void singles(long src, long dst, long pattern) {
    switch ((int) blockBytes) {
      case 1 -> {
        for (int k = 0; k < table.length; k++) {
          int from = table[k];
          byte v = from == CONSTANT ? (byte) pattern : Memory.ALL.get(Memory.I8, src + from);
          Memory.ALL.set(Memory.I8, dst + k, v);
        }
      }
      case 2 -> {
        for (int k = 0; k < table.length; k++) {
          int from = table[k];
          short v =
              from == CONSTANT ? (short) pattern : Memory.ALL.get(Memory.I16, src + 2L * from);
          Memory.ALL.set(Memory.I16, dst + 2L * k, v);
        }
      }
      case 4 -> {
        for (int k = 0; k < table.length; k++) {
          int from = table[k];
          int v = from == CONSTANT ? (int) pattern : Memory.ALL.get(Memory.I32, src + 4L * from);
          Memory.ALL.set(Memory.I32, dst + 4L * k, v);
        }
      }
      default -> {
        for (int k = 0; k < table.length; k++) {
          int from = table[k];
          long v = from == CONSTANT ? pattern : Memory.ALL.get(Memory.I64, src + 8L * from);
          Memory.ALL.set(Memory.I64, dst + 8L * k, v);
        }
      }
    }
  }
}
