package dev.gatun.kernels;

import java.util.Arrays;
import java.util.Locale;

/**
 * A planned copy between two views of up to eight axes with any strides.
 *
 * <p>Serves transpose, slice (negative steps too), concat, split, broadcast (source stride 0),
 * tile, flip, the interior of a pad and depth to space. Memory bound. Planning drops axes of one
 * element, orders the rest by the distance in the destination, merges those that are contiguous in
 * both views and picks a kernel for the inner two: rows of bytes, one element spread over a row,
 * tiles of a transpose, or single elements.
 *
 * <p>Immutable. The tasks write disjoint parts of the destination in any order and number of
 * threads; the views must not overlap.
 */
public final class StridedCopy {
  /** Most axes a view can have. */
  public static final int MAX_RANK = 8;

  // What one task moves at least: 64 KB are 3-10 us, an order above the cost of handing it out.
  private static final long TASK_BYTES = 64 << 10;
  private static final int MAX_TASKS = 64;

  private enum Kernel {
    NOTHING,
    ROWS,
    SPREAD,
    TILES,
    JOIN_THREE,
    PART_THREE,
    ELEMENTS,
    BLOCKED_ELEMENTS
  }

  private final Kernel kernel;
  private final int elementBytes;
  private final long srcOffset;
  private final long dstOffset;
  // Outer axes, the first one slowest.
  private final long[] sizes;
  private final long[] srcStrides;
  private final long[] dstStrides;
  // The two axes of the kernel. Columns are bytes for ROWS and SPREAD, else elements.
  private final long rows;
  private final long srcRow;
  private final long dstRow;
  private final long columns;
  private final long srcColumn;
  private final long dstColumn;
  // Columns are cut in pieces where there are too few rows to share out.
  private final long pieceColumns;
  private final long pieces;
  private final long rowsPerUnit; // the last unit of a column takes what is left over, too
  private final long rowUnits;
  private final long units; // outer x pieces x rowUnits
  private final int tasks;

  private StridedCopy(Axes axes) {
    elementBytes = axes.elementBytes;
    srcOffset = axes.srcOffset;
    dstOffset = axes.dstOffset;
    int inner = axes.rank - 1;
    if (axes.empty) {
      kernel = Kernel.NOTHING;
      srcColumn = 0;
      dstColumn = 0;
      columns = 0;
    } else if (inner < 0) {
      kernel = Kernel.ROWS;
      srcColumn = 1;
      dstColumn = 1;
      columns = elementBytes;
    } else if (axes.dst[inner] == elementBytes && axes.src[inner] == elementBytes) {
      kernel = Kernel.ROWS;
      srcColumn = 1;
      dstColumn = 1;
      columns = axes.size[inner] * elementBytes;
    } else if (axes.dst[inner] == elementBytes && axes.src[inner] == 0) {
      kernel = Kernel.SPREAD;
      srcColumn = 0;
      dstColumn = 1;
      columns = axes.size[inner] * elementBytes;
    } else {
      srcColumn = axes.src[inner];
      dstColumn = axes.dst[inner];
      columns = axes.size[inner];
      int close = axes.closestInSource(inner);
      if (close >= 0
          && elementBytes == 4
          && dstColumn == 4
          && axes.src[close] == 4
          && TransposeTiles.tile(axes.size[close], columns) > 0) {
        kernel = Kernel.TILES;
      } else if (close >= 0
          && elementBytes == 4
          && axes.src[close] == 4
          && columns == 3
          && dstColumn == 4
          && axes.dst[close] == 12) {
        kernel = Kernel.JOIN_THREE;
      } else if (close >= 0
          && elementBytes == 4
          && axes.src[close] == 4
          && axes.size[close] == 3
          && dstColumn == 4
          && srcColumn == 12) {
        kernel = Kernel.PART_THREE;
      } else {
        kernel = close >= 0 ? Kernel.BLOCKED_ELEMENTS : Kernel.ELEMENTS;
      }
    }
    int rowAxis = kernel == Kernel.NOTHING ? -1 : axes.rowAxis(inner, columns, kernel);
    rows = rowAxis < 0 ? 1 : axes.size[rowAxis];
    srcRow = rowAxis < 0 ? 0 : axes.src[rowAxis];
    dstRow = rowAxis < 0 ? 0 : axes.dst[rowAxis];
    int outer = Math.max(0, axes.rank - 1 - (rowAxis < 0 ? 0 : 1));
    sizes = new long[outer];
    srcStrides = new long[outer];
    dstStrides = new long[outer];
    long outerCount = kernel == Kernel.NOTHING ? 0 : 1;
    for (int axis = 0, to = 0; axis < inner; axis++) {
      if (axis != rowAxis) {
        sizes[to] = axes.size[axis];
        srcStrides[to] = axes.src[axis];
        dstStrides[to] = axes.dst[axis];
        outerCount *= axes.size[axis];
        to++;
      }
    }
    boolean bytes = kernel == Kernel.ROWS || kernel == Kernel.SPREAD;
    long total = outerCount * rows * columns * (bytes ? 1 : elementBytes);
    long wanted = Math.max(1, Math.min(MAX_TASKS, total / TASK_BYTES));
    // Tasks must not cut tiles.
    rowsPerUnit =
        switch (kernel) {
          case TILES, JOIN_THREE -> 16;
          case PART_THREE -> 3;
          default -> 1;
        };
    rowUnits = Math.max(1, rows / rowsPerUnit);
    long lines = outerCount * rowUnits;
    if (lines == 0 || lines >= wanted) {
      pieceColumns = Math.max(1, columns);
      pieces = 1;
    } else {
      // Whole cache lines, so that no two tasks write to one.
      long perLine = bytes ? 64 : Math.max(16, 64 / elementBytes);
      long share = Math.ceilDiv(columns, Math.ceilDiv(wanted, lines));
      pieceColumns = Math.max(perLine, Math.ceilDiv(share, perLine) * perLine);
      pieces = Math.ceilDiv(columns, pieceColumns);
    }
    units = lines * pieces;
    tasks = (int) Math.max(1, Math.min(wanted, units));
  }

  /**
   * Plans a copy.
   *
   * @param elementBytes 1, 2, 4 or 8
   * @param sizes elements along each axis, outermost first
   * @param srcStrides bytes from one element to the next along each axis; negative walks backwards,
   *     0 repeats
   * @param dstStrides the same for the destination; not 0 along an axis of more than one element
   */
  public static StridedCopy of(
      int elementBytes, long[] sizes, long[] srcStrides, long[] dstStrides) {
    return new StridedCopy(new Axes(elementBytes, sizes, srcStrides, dstStrides));
  }

  /**
   * Plans dst = src with its axes in another order, both dense: axis i of dst is order[i] of src.
   */
  public static StridedCopy transpose(int elementBytes, long[] srcSizes, int[] order) {
    if (order.length != srcSizes.length) {
      throw new IllegalArgumentException(
          "transpose: order "
              + Arrays.toString(order)
              + " does not fit sizes "
              + Arrays.toString(srcSizes));
    }
    long[] strides = denseStrides(elementBytes, srcSizes);
    long[] dstSizes = new long[order.length];
    long[] srcStrides = new long[order.length];
    boolean[] seen = new boolean[order.length];
    for (int i = 0; i < order.length; i++) {
      int axis = order[i];
      if (axis < 0 || axis >= order.length || seen[axis]) {
        throw new IllegalArgumentException(
            "transpose: order " + Arrays.toString(order) + " is not a permutation of the axes");
      }
      seen[axis] = true;
      dstSizes[i] = srcSizes[axis];
      srcStrides[i] = strides[axis];
    }
    return of(elementBytes, dstSizes, srcStrides, denseStrides(elementBytes, dstSizes));
  }

  /**
   * Plans dst = src repeated to the sizes of dst, both dense; leading axes may be missing in src.
   */
  public static StridedCopy broadcast(int elementBytes, long[] srcSizes, long[] dstSizes) {
    int missing = dstSizes.length - srcSizes.length;
    long[] dense = denseStrides(elementBytes, srcSizes);
    long[] srcStrides = new long[dstSizes.length];
    for (int i = 0; i < dstSizes.length; i++) {
      int axis = i - missing;
      if (missing < 0 || (axis >= 0 && srcSizes[axis] != 1 && srcSizes[axis] != dstSizes[i])) {
        throw new IllegalArgumentException(
            "broadcast: sizes "
                + Arrays.toString(srcSizes)
                + " cannot be repeated to "
                + Arrays.toString(dstSizes));
      }
      srcStrides[i] = axis < 0 || srcSizes[axis] == 1 ? 0 : dense[axis];
    }
    return of(elementBytes, dstSizes, srcStrides, denseStrides(elementBytes, dstSizes));
  }

  /** Bytes between neighbours along each axis of a dense tensor, the last axis fastest. */
  public static long[] denseStrides(int elementBytes, long[] sizes) {
    long[] strides = new long[sizes.length];
    long bytes = elementBytes;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      strides[axis] = bytes;
      bytes *= sizes[axis];
    }
    return strides;
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** True if one contiguous piece is copied to another: a view can do without the copy. */
  public boolean isPlain() {
    return kernel == Kernel.ROWS && rows == 1 && sizes.length == 0;
  }

  /** Name of the kernel that was chosen and its extents, for explanations and tests. */
  public String describe() {
    return kernel.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + " "
        + rows
        + " x "
        + columns
        + " of "
        + elementBytes
        + " bytes, outer "
        + Arrays.toString(sizes);
  }

  /** Copies one task's share; the addresses are those of element 0 in both views. */
  public void run(long src, long dst, int task) {
    long end = bound(task + 1);
    long unit = bound(task);
    while (unit < end) {
      long rowUnit = unit % rowUnits;
      long rest = unit / rowUnits;
      long piece = rest % pieces;
      long outer = rest / pieces;
      long lastUnit = Math.min(rowUnits, rowUnit + end - unit);
      long row = rowUnit * rowsPerUnit;
      long lastRow = lastUnit == rowUnits ? rows : lastUnit * rowsPerUnit;
      long from = src + srcOffset + row * srcRow;
      long to = dst + dstOffset + row * dstRow;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        long index = outer;
        if (axis > 0) {
          long size = sizes[axis];
          outer = index / size;
          index -= outer * size;
        }
        from += index * srcStrides[axis];
        to += index * dstStrides[axis];
      }
      long column = piece * pieceColumns;
      block(
          from + column * srcColumn,
          to + column * dstColumn,
          lastRow - row,
          Math.min(pieceColumns, columns - column));
      unit += lastUnit - rowUnit;
    }
  }

  private void block(long src, long dst, long height, long width) {
    switch (kernel) {
      case ROWS -> {
        if (height == 1) {
          CopyRows.copy(src, dst, width);
        } else {
          CopyRows.run(src, srcRow, dst, dstRow, height, width);
        }
      }
      case SPREAD -> CopyRows.spread(src, srcRow, dst, dstRow, height, width, elementBytes);
      case TILES -> {
        int tile = TransposeTiles.tile(height, width);
        if (tile > 0) {
          // The rows of the plan are contiguous in the source: columns for the kernel.
          TransposeTiles.run(src, srcColumn, dst, dstRow, width, height, tile);
        } else {
          elements(src, dst, height, width, true);
        }
      }
      case JOIN_THREE -> TransposeThree.join(src, srcColumn, dst, height);
      case PART_THREE -> TransposeThree.part(src, dst, dstRow, width);
      case ELEMENTS -> elements(src, dst, height, width, false);
      case BLOCKED_ELEMENTS -> elements(src, dst, height, width, true);
      case NOTHING -> {
        // A view without elements.
      }
    }
  }

  private void elements(long src, long dst, long height, long width, boolean blocked) {
    CopyElements.run(
        elementBytes, src, srcRow, srcColumn, dst, dstRow, dstColumn, height, width, blocked);
  }

  private long bound(int task) {
    return units / tasks * task + units % tasks * task / tasks;
  }

  /** The axes while they are put in order. */
  private static final class Axes {
    private final long[] size = new long[MAX_RANK];
    private final long[] src = new long[MAX_RANK];
    private final long[] dst = new long[MAX_RANK];
    private int rank;
    private int elementBytes;
    private long srcOffset;
    private long dstOffset;
    private boolean empty;

    Axes(int elementBytes, long[] sizes, long[] srcStrides, long[] dstStrides) {
      if (elementBytes != 1 && elementBytes != 2 && elementBytes != 4 && elementBytes != 8) {
        throw new IllegalArgumentException(
            "copy: elements must have 1, 2, 4 or 8 bytes, got " + elementBytes);
      }
      if (sizes.length != srcStrides.length || sizes.length != dstStrides.length) {
        throw new IllegalArgumentException(
            "copy: "
                + sizes.length
                + " sizes, "
                + srcStrides.length
                + " source and "
                + dstStrides.length
                + " destination strides: must be as many");
      }
      this.elementBytes = elementBytes;
      for (int axis = 0; axis < sizes.length; axis++) {
        if (sizes[axis] < 0) {
          throw new IllegalArgumentException("copy: negative size in " + Arrays.toString(sizes));
        }
        empty |= sizes[axis] == 0;
      }
      if (empty) {
        return;
      }
      for (int axis = 0; axis < sizes.length; axis++) {
        if (sizes[axis] > 1) {
          insert(sizes[axis], srcStrides[axis], dstStrides[axis]);
        }
      }
      merge();
      widen();
    }

    // Keeps the axes ordered by falling distance in the destination, which is made positive.
    private void insert(long count, long srcStride, long dstStride) {
      if (dstStride == 0) {
        throw new IllegalArgumentException(
            "copy: destination stride 0 along an axis of " + count + " elements");
      }
      if (rank == MAX_RANK) {
        rank = merge(rank);
      }
      if (rank == MAX_RANK) {
        throw new IllegalArgumentException(
            "copy: more than " + MAX_RANK + " axes that cannot be merged");
      }
      long s = srcStride;
      long d = dstStride;
      if (d < 0) {
        srcOffset += s * (count - 1);
        dstOffset += d * (count - 1);
        s = -s;
        d = -d;
      }
      int at = rank++;
      while (at > 0 && dst[at - 1] < d) {
        size[at] = size[at - 1];
        src[at] = src[at - 1];
        dst[at] = dst[at - 1];
        at--;
      }
      size[at] = count;
      src[at] = s;
      dst[at] = d;
    }

    private void merge() {
      rank = merge(rank);
    }

    // Joins neighbours that one longer axis describes as well.
    private int merge(int axes) {
      int kept = 0;
      for (int axis = 1; axis < axes; axis++) {
        if (src[kept] == src[axis] * size[axis] && dst[kept] == dst[axis] * size[axis]) {
          size[kept] *= size[axis];
        } else {
          kept++;
          size[kept] = size[axis];
        }
        src[kept] = src[axis];
        dst[kept] = dst[axis];
      }
      return Math.min(axes, kept + 1);
    }

    // Short rows of 2, 4 or 8 bytes become one larger element.
    private void widen() {
      int inner = rank - 1;
      if (inner > 0 && src[inner] == elementBytes && dst[inner] == elementBytes) {
        long bytes = size[inner] * elementBytes;
        if (bytes == 2 || bytes == 4 || bytes == 8) {
          elementBytes = (int) bytes;
          rank = inner;
        }
      }
    }

    /** The axis whose neighbours are closest in the source, closer than those of the inner axis. */
    int closestInSource(int inner) {
      int best = -1;
      long least = Math.abs(src[inner]);
      for (int axis = 0; axis < inner; axis++) {
        long distance = Math.abs(src[axis]);
        if (distance != 0 && distance < least) {
          least = distance;
          best = axis;
        }
      }
      return best;
    }

    /** The second axis of the kernel; -1 when there is only one. */
    int rowAxis(int inner, long columns, Kernel kernel) {
      if (inner <= 0) {
        return -1;
      }
      if (kernel != Kernel.ROWS && kernel != Kernel.SPREAD && kernel != Kernel.ELEMENTS) {
        return closestInSource(inner);
      }
      int axis = inner - 1;
      if (size[axis] * columns < 64) {
        // Short: a longer axis saves the index arithmetic between blocks.
        for (int other = 0; other < inner; other++) {
          if (size[other] > size[axis]) {
            axis = other;
          }
        }
      }
      return axis;
    }
  }
}
