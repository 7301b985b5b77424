package dev.gatun.core.plan;

import dev.gatun.core.codegen.BlockFunction;
import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks a generated kernel over rows of the result, with every operand at its broadcast place.
 *
 * <p>The result is seen as a matrix: its innermost axis (or innermost axes that all operands walk
 * alike) are the columns, the others together are the rows.
 */
final class RegionLoop {
  /** Operands 0, 1, ... are the results. */
  private final long[][] rowStrides;

  private final int results;

  private final long[] rowSizes;
  private final long[] columnBytes;
  private final long columns;
  private final long rows;

  /**
   * Works out strides.
   *
   * @param result type of the result
   * @param operands types of the operands; each broadcasts to the result
   * @param mergeColumns whether columns may span more than the last axis
   */
  RegionLoop(Type.OfTensor result, List<Type.OfTensor> operands, boolean mergeColumns) {
    this(result, 1, operands, mergeColumns);
  }

  /** The same for several results of one type. */
  RegionLoop(
      Type.OfTensor result, int results, List<Type.OfTensor> operands, boolean mergeColumns) {
    this.results = results;
    List<Type.OfTensor> all = new ArrayList<>(java.util.Collections.nCopies(results, result));
    all.addAll(operands);
    Shape shape = result.shape();
    List<long[]> strides = new ArrayList<>();
    for (Type.OfTensor type : all) {
      long[] bytes = Broadcast.strides(type.shape(), shape);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] *= type.dtype().bytes();
      }
      strides.add(bytes);
    }
    // Merge axes from the inside out: [size, stride of each operand].
    List<long[]> merged = new ArrayList<>();
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      long[] entry = new long[1 + all.size()];
      entry[0] = shape.size(axis);
      for (int k = 0; k < all.size(); k++) {
        entry[1 + k] = strides.get(k)[axis];
      }
      boolean isColumn = merged.isEmpty();
      if (entry[0] == 1 && !(isColumn && !mergeColumns)) {
        continue;
      }
      long[] inner = isColumn ? entry : merged.get(merged.size() - 1);
      boolean joins = !isColumn && (mergeColumns || merged.size() > 1);
      for (int k = 1; k < entry.length && joins; k++) {
        joins = entry[k] == inner[k] * inner[0];
      }
      if (joins) {
        inner[0] *= entry[0];
      } else {
        merged.add(entry);
      }
    }
    if (merged.isEmpty()) {
      long[] one = new long[1 + all.size()];
      one[0] = 1;
      for (int k = 0; k < all.size(); k++) {
        one[1 + k] = all.get(k).dtype().bytes();
      }
      merged.add(one);
    }
    long[] column = merged.get(0);
    columns = column[0];
    int outer = Math.max(1, merged.size() - 1);
    rowSizes = new long[outer];
    rowStrides = new long[all.size()][outer];
    rowSizes[0] = 1;
    long count = 1;
    for (int d = 1; d < merged.size(); d++) {
      rowSizes[outer - d] = merged.get(d)[0];
      count *= merged.get(d)[0];
      for (int k = 0; k < all.size(); k++) {
        rowStrides[k][outer - d] = merged.get(d)[1 + k];
      }
    }
    rows = count;
    columnBytes = new long[all.size()];
    for (int k = 0; k < all.size(); k++) {
      columnBytes[k] = columns == 1 ? all.get(k).dtype().bytes() : column[1 + k];
    }
  }

  /** Which operands (without the results) have one element a row. */
  List<Boolean> perRow() {
    List<Boolean> flags = new ArrayList<>();
    for (int k = results; k < columnBytes.length; k++) {
      flags.add(columnBytes[k] == 0);
    }
    return flags;
  }

  long rows() {
    return rows;
  }

  long columns() {
    return columns;
  }

  /**
   * Runs the kernel on a block.
   *
   * @param bases addresses of the result and of each operand
   * @param room arrays of the calling thread
   */
  void run(
      BlockFunction function,
      long[] bases,
      Room room,
      long firstRow,
      long rowCount,
      long firstColumn,
      int columnCount) {
    int inner = rowSizes.length - 1;
    long row = firstRow;
    long left = rowCount;
    while (left > 0) {
      long within = row % rowSizes[inner];
      int run = (int) Math.min(Math.min(left, rowSizes[inner] - within), 1 << 30);
      for (int k = 0; k < rowStrides.length; k++) {
        long offset = firstColumn * columnBytes[k];
        long rest = row;
        for (int d = inner; d >= 0; d--) {
          offset += rest % rowSizes[d] * rowStrides[k][d];
          rest /= rowSizes[d];
        }
        room.at[k] = bases[k] + offset;
        room.rowBytes[k] = rowStrides[k][inner];
      }
      function.run(room.at, room.rowBytes, run, columnCount);
      row += run;
      left -= run;
    }
  }

  /** Arrays for one call; one a thread. */
  static final class Room {
    private static final int MAX_OPERANDS = 64;
    private static final ThreadLocal<Room> OF_THREAD = ThreadLocal.withInitial(Room::new);

    final long[] bases = new long[MAX_OPERANDS];
    private final long[] at = new long[MAX_OPERANDS];
    private final long[] rowBytes = new long[MAX_OPERANDS];

    static Room ofThread() {
      return OF_THREAD.get();
    }

    /** Whether a kernel with this many operands, the result included, fits. */
    static boolean fits(int operands) {
      return operands <= MAX_OPERANDS;
    }
  }
}
