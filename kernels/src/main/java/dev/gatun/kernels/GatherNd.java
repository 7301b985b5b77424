package dev.gatun.kernels;

import java.util.Arrays;

/**
 * Gathers and scatters slices addressed by index tuples: dst[b, k, ...] = src[b, index[b, k, :],
 * ...] and dst[index[k, :], ...] op= src[k, ...].
 *
 * <p>Memory bound for long slices, latency bound for single elements. A gather shares out the
 * tuples. A scatter shares out the columns of the slices instead, so that each task meets all
 * tuples in order and repeated ones give the same result whatever the number of threads. Immutable.
 */
public final class GatherNd {
  private static final int MAX_TASKS = 64;
  private static final long TASK_BYTES = 64 << 10;

  private final String what;
  private final ElementType type;
  private final ScatterReduction reduction;
  private final int indexBytes;
  private final long batches;
  private final long batchElements; // of the data
  private final long tuples; // of one batch
  private final long[] bounds;
  private final long[] strides; // in elements
  private final long slice; // elements
  private final long sliceShare; // of a scatter's task
  private final int tasks;

  private GatherNd(
      String what,
      ElementType type,
      ScatterReduction reduction,
      long[] dataSizes,
      int batchAxes,
      long tuples,
      int tupleLength,
      int indexBytes,
      boolean scatter) {
    Indices.requireWidth(what, indexBytes);
    CombineRows.require(what, type, reduction);
    if (batchAxes < 0
        || tuples < 0
        || tupleLength < 0
        || batchAxes + tupleLength > dataSizes.length) {
      throw new IllegalArgumentException(
          what
              + ": tuples of "
              + tupleLength
              + " indices after "
              + batchAxes
              + " batch axes do not fit data "
              + Arrays.toString(dataSizes));
    }
    this.what = what;
    this.type = type;
    this.reduction = reduction;
    this.indexBytes = indexBytes;
    this.tuples = tuples;
    long[] dense = StridedCopy.denseStrides(1, dataSizes);
    bounds = Arrays.copyOfRange(dataSizes, batchAxes, batchAxes + tupleLength);
    strides = Arrays.copyOfRange(dense, batchAxes, batchAxes + tupleLength);
    batches = product(dataSizes, 0, batchAxes);
    slice = product(dataSizes, batchAxes + tupleLength, dataSizes.length);
    batchElements = product(dataSizes, batchAxes, dataSizes.length);
    long all = batches * tuples;
    long cost = all * Math.max(16, slice * type.bytes());
    if (scatter) {
      long perLine = 64 / type.bytes();
      long wanted = Math.max(1, Math.min(MAX_TASKS, cost / TASK_BYTES));
      // At least a few lines a task: all tasks read all tuples.
      long share = Math.max(4 * perLine, Math.ceilDiv(slice, wanted));
      sliceShare = Math.ceilDiv(share, perLine) * perLine;
      tasks = (int) Math.max(1, Math.ceilDiv(slice, sliceShare));
    } else {
      sliceShare = slice;
      tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, all), cost / TASK_BYTES));
    }
  }

  private static long product(long[] sizes, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= sizes[i];
    }
    return product;
  }

  /**
   * Plans to take slices.
   *
   * @param batchAxes leading axes that data and indices share
   * @param tuples index tuples a batch
   * @param tupleLength indices a tuple
   */
  public static GatherNd gather(
      ElementType type,
      long[] srcSizes,
      int batchAxes,
      long tuples,
      int tupleLength,
      int indexBytes) {
    return new GatherNd(
        "gatherND",
        type,
        ScatterReduction.NONE,
        srcSizes,
        batchAxes,
        tuples,
        tupleLength,
        indexBytes,
        false);
  }

  /** Plans to put slices into a destination that already holds the data. */
  public static GatherNd scatter(
      ElementType type,
      ScatterReduction reduction,
      long[] dstSizes,
      long tuples,
      int tupleLength,
      int indexBytes) {
    return new GatherNd(
        "scatterND", type, reduction, dstSizes, 0, tuples, tupleLength, indexBytes, true);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /**
   * Takes one task's slices.
   *
   * @throws IndexOutOfBoundsException when one of its indices is outside its axis
   */
  public void gather(long src, long indices, long dst, int task) {
    long all = batches * tuples;
    long first = all * task / tasks;
    long last = all * (task + 1) / tasks;
    check(indices, first, last);
    long bytes = slice * type.bytes();
    for (long t = first; t < last; t++) {
      long from = (t / tuples) * batchElements + offset(indices, t);
      CopyRows.copy(src + from * type.bytes(), dst + t * bytes, bytes);
    }
  }

  /**
   * Puts one task's part of every slice.
   *
   * @throws IndexOutOfBoundsException when an index is outside its axis
   */
  public void scatter(long dst, long indices, long src, int task) {
    check(indices, 0, tuples);
    long column = task * sliceShare;
    long count = Math.min(sliceShare, slice - column);
    if (count <= 0) {
      return;
    }
    for (long t = 0; t < tuples; t++) {
      long to = offset(indices, t) + column;
      long from = t * slice + column;
      CombineRows.run(type, reduction, src + from * type.bytes(), dst + to * type.bytes(), count);
    }
  }

  private void check(long indices, long first, long last) {
    for (long t = first; t < last; t++) {
      for (int i = 0; i < bounds.length; i++) {
        long position = t * bounds.length + i;
        long index = Indices.raw(indices, indexBytes, position);
        if (index < -bounds[i] || index >= bounds[i]) {
          throw Indices.outOfBounds(what, index, position, bounds[i]);
        }
      }
    }
  }

  private long offset(long indices, long tuple) {
    long offset = 0;
    for (int i = 0; i < bounds.length; i++) {
      offset += Indices.at(indices, indexBytes, tuple * bounds.length + i, bounds[i]) * strides[i];
    }
    return offset;
  }
}
