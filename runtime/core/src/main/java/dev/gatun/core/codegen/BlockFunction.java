package dev.gatun.core.codegen;

/** A generated pointwise kernel over a block of rows. */
public interface BlockFunction {
  /**
   * Computes {@code rows} rows of {@code n} elements.
   *
   * @param at addresses of the first element: of each result, then of each operand
   * @param rowBytes distance between rows, for each of {@code at}
   */
  void run(long[] at, long[] rowBytes, int rows, int n);
}
