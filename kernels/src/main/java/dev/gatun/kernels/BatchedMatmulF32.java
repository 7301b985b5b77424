package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/**
 * The plan of many matrix products of one shape: c[..., m, n] = clamp(a[..., m, k] * b[..., k, n]).
 *
 * <p>The leading dimensions may lie anywhere in memory: each operand has its own distance for each
 * of them, 0 where it is broadcast. A product whose right operand is the same everywhere and whose
 * left rows are evenly spaced is one large {@link GemmF32} and runs faster as such.
 */
public final class BatchedMatmulF32 {
  /** More tasks a thread than this only add to the cost of handing them out. */
  private static final int TASKS_PER_THREAD = 8;

  private final GemmF32 product;
  private final int m;
  private final int[] batch;
  private final long[] aBytes;
  private final long[] bBytes;
  private final long[] cBytes;
  private final int products;
  private final int productsPerTask;
  private final int tasksPerProduct;

  private BatchedMatmulF32(
      GemmF32 product,
      int m,
      int[] batch,
      long[] aBytes,
      long[] bBytes,
      long[] cBytes,
      int products,
      int threads) {
    this.product = product;
    this.m = m;
    this.batch = batch.clone();
    this.aBytes = aBytes.clone();
    this.bBytes = bBytes.clone();
    this.cBytes = cBytes.clone();
    this.products = products;
    tasksPerProduct = product.tasks();
    productsPerTask =
        tasksPerProduct == 1 ? Math.max(1, products / (TASKS_PER_THREAD * threads)) : 1;
  }

  /**
   * Makes a plan.
   *
   * @param batch the leading dimensions, outermost first
   * @param aBytes for each of them the distance in the left operand
   * @param bBytes the same in the right operand
   * @param cBytes the same in the result
   */
  public static BatchedMatmulF32 plan(
      int[] batch,
      long[] aBytes,
      long[] bBytes,
      long[] cBytes,
      int m,
      int n,
      int k,
      GemmF32.Left left,
      GemmF32.Right right,
      int threads) {
    if (aBytes.length != batch.length
        || bBytes.length != batch.length
        || cBytes.length != batch.length) {
      throw new IllegalArgumentException(
          "batched matrix product: %d leading dimensions need as many strides, got %d, %d and %d"
              .formatted(batch.length, aBytes.length, bBytes.length, cBytes.length));
    }
    long products = 1;
    for (int size : batch) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "batched matrix product: sizes must not be negative, got " + size);
      }
      products = Math.multiplyExact(products, size);
    }
    // Many products keep all threads busy without cutting each of them.
    int inner = products >= 2L * threads ? 1 : threads;
    GemmF32 product = GemmF32.plan(m, n, k, left, right, inner);
    Math.toIntExact(products * product.tasks()); // task numbers are ints
    return new BatchedMatmulF32(product, m, batch, aBytes, bBytes, cBytes, (int) products, threads);
  }

  /** Number of tasks; they may run in any order and at the same time. */
  public int tasks() {
    return Math.ceilDiv(products, productsPerTask) * tasksPerProduct;
  }

  /** Floating point operations of all tasks. */
  public double flops() {
    return products * product.flops();
  }

  /**
   * Runs one task.
   *
   * @param lo lower bound of the result, negative infinity for none
   * @param hi upper bound of the result, positive infinity for none
   * @param epilogue what to do with finished blocks; row i of product p is its row p * m + i
   */
  public void run(
      long a,
      long aRowBytes,
      long b,
      long bRowBytes,
      float lo,
      float hi,
      long c,
      long cRowBytes,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    int first = task / tasksPerProduct * productsPerTask;
    int last = Math.min(products, first + productsPerTask);
    for (int p = first; p < last; p++) {
      product.run(
          a + offset(p, aBytes),
          aRowBytes,
          b + offset(p, bBytes),
          bRowBytes,
          0,
          0,
          lo,
          hi,
          c + offset(p, cBytes),
          cRowBytes,
          epilogue,
          buffers,
          (long) p * m,
          task % tasksPerProduct);
    }
  }

  private long offset(int index, long[] bytes) {
    long offset = 0;
    for (int d = batch.length - 1; d >= 0; d--) {
      offset += index % batch[d] * bytes[d];
      index /= batch[d];
    }
    return offset;
  }
}
