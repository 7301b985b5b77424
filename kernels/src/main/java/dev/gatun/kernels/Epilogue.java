package dev.gatun.kernels;

/**
 * What happens to a finished block of a matrix product or convolution while it is still in cache.
 *
 * <p>The kernel calls it once for every element of its result, in blocks whose size it chooses;
 * blocks never overlap and may be handed out by several threads at once, so an epilogue keeps no
 * state. Rows are what the caller of the kernel calls rows: the m of a matrix product, the output
 * pixels of a convolution; columns are its n or its output channels.
 */
public interface Epilogue {
  /**
   * Changes a block in place.
   *
   * @param buffers further addresses, passed through from the caller of the kernel
   * @param dst address of element (row, column) of the result
   * @param dstRowBytes distance between rows of the result
   * @param row first row of the block
   * @param rows number of rows, at least 1
   * @param column first column of the block
   * @param columns number of columns, at least 1
   */
  void apply(
      long[] buffers, long dst, long dstRowBytes, long row, int rows, long column, int columns);
}
