package dev.gatun.kernels;

import java.util.Arrays;

/**
 * Gathers and scatters single elements along an axis: dst[i, j, k] = src[i, index[i, j, k], k] and
 * dst[i, index[i, j, k], k] op= src[i, j, k] for axis 1.
 *
 * <p>The index tensor may be smaller than the data along the other axes. Latency bound: one random
 * access an element. A task owns whole lines along the axis, so scatters that meet one element
 * several times keep their order whatever the number of threads. Immutable.
 */
public final class AxisElements {
  private static final int MAX_TASKS = 64;
  private static final long TASK_ELEMENTS = 4096;

  private final String what;
  private final ElementType type;
  private final ScatterReduction reduction;
  private final int indexBytes;
  private final long bound;
  private final long axisStride; // of the data, in elements
  private final long[] sizes; // of the indices, without the axis
  private final long[] strides; // of the data, in elements, without the axis
  private final long length; // of the indices along the axis
  private final long inner; // product of the sizes of the indices after the axis
  private final long lines;
  private final int tasks;

  private AxisElements(
      String what,
      ElementType type,
      ScatterReduction reduction,
      long[] dataSizes,
      long[] indexSizes,
      int axis,
      int indexBytes) {
    Indices.requireWidth(what, indexBytes);
    CombineRows.require(what, type, reduction);
    int rank = dataSizes.length;
    boolean fits = indexSizes.length == rank && axis >= 0 && axis < rank;
    for (int i = 0; fits && i < rank; i++) {
      fits = indexSizes[i] >= 0 && (i == axis || indexSizes[i] <= dataSizes[i]);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          what
              + ": indices "
              + Arrays.toString(indexSizes)
              + " do not fit data "
              + Arrays.toString(dataSizes)
              + " on axis "
              + axis
              + ": they need the same rank and may not be larger on other axes");
    }
    this.what = what;
    this.type = type;
    this.reduction = reduction;
    this.indexBytes = indexBytes;
    bound = dataSizes[axis];
    length = indexSizes[axis];
    sizes = new long[rank - 1];
    strides = new long[rank - 1];
    long[] dense = StridedCopy.denseStrides(1, dataSizes);
    axisStride = dense[axis];
    long after = 1;
    long all = 1;
    for (int i = 0, to = 0; i < rank; i++) {
      if (i != axis) {
        sizes[to] = indexSizes[i];
        strides[to] = dense[i];
        to++;
        all *= indexSizes[i];
        after *= i > axis ? indexSizes[i] : 1;
      }
    }
    inner = after;
    lines = length == 0 ? 0 : all;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, lines), lines * length / TASK_ELEMENTS));
  }

  /** Plans to take elements. */
  public static AxisElements gather(
      ElementType type, long[] srcSizes, long[] indexSizes, int axis, int indexBytes) {
    return new AxisElements(
        "gatherElements", type, ScatterReduction.NONE, srcSizes, indexSizes, axis, indexBytes);
  }

  /** Plans to put elements into a destination that already holds the data. */
  public static AxisElements scatter(
      ElementType type,
      ScatterReduction reduction,
      long[] dstSizes,
      long[] indexSizes,
      int axis,
      int indexBytes) {
    return new AxisElements(
        "scatterElements", type, reduction, dstSizes, indexSizes, axis, indexBytes);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /**
   * Takes one task's elements: {@code data} is the source.
   *
   * @throws IndexOutOfBoundsException when one of its indices is outside the axis
   */
  public void gather(long data, long indices, long dst, int task) {
    run(data, indices, dst, false, task);
  }

  /**
   * Puts one task's elements: {@code data} is the destination.
   *
   * @throws IndexOutOfBoundsException when one of its indices is outside the axis
   */
  public void scatter(long data, long indices, long src, int task) {
    run(data, indices, src, true, task);
  }

  private void run(long data, long indices, long other, boolean scatter, int task) {
    long first = lines * task / tasks;
    long last = lines * (task + 1) / tasks;
    for (long line = first; line < last; line++) {
      long start = start(line);
      for (long k = 0; k < length; k++) {
        long index = Indices.raw(indices, indexBytes, start + k * inner);
        if (index < -bound || index >= bound) {
          throw Indices.outOfBounds(what, index, start + k * inner, bound);
        }
      }
    }
    int bytes = type.bytes();
    for (long line = first; line < last; line++) {
      long start = start(line);
      long base = base(line);
      for (long k = 0; k < length; k++) {
        long at = start + k * inner;
        long index = Indices.at(indices, indexBytes, at, bound);
        long here = data + (base + index * axisStride) * bytes;
        long there = other + at * bytes;
        if (!scatter) {
          move(bytes, here, there);
        } else if (reduction == ScatterReduction.NONE) {
          move(bytes, there, here);
        } else {
          CombineRows.run(type, reduction, there, here, 1);
        }
      }
    }
  }

  private static void move(int bytes, long src, long dst) {
    switch (bytes) {
      case 1 -> Memory.ALL.set(Memory.I8, dst, Memory.ALL.get(Memory.I8, src));
      case 2 -> Memory.ALL.set(Memory.I16, dst, Memory.ALL.get(Memory.I16, src));
      case 4 -> Memory.ALL.set(Memory.I32, dst, Memory.ALL.get(Memory.I32, src));
      default -> Memory.ALL.set(Memory.I64, dst, Memory.ALL.get(Memory.I64, src));
    }
  }

  // Position of a line's first element in the index tensor.
  private long start(long line) {
    long before = line / inner;
    return before * length * inner + (line - before * inner);
  }

  // Position of a line's first element in the data.
  private long base(long line) {
    long at = 0;
    long rest = line;
    for (int i = sizes.length - 1; i >= 0; i--) {
      long next = rest / sizes[i];
      at += (rest - next * sizes[i]) * strides[i];
      rest = next;
    }
    return at;
  }
}
