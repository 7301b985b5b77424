package dev.gatun.kernels;

import java.util.Arrays;

/**
 * Which inputs each position of a pool covers along one spatial axis.
 *
 * @param in size of the axis in the source
 * @param out size of the axis in the destination
 * @param dilation distance of neighbouring taps
 * @param first for each output the first tap inside the source
 * @param taps for each output the number of taps inside the source
 * @param padded for each output the number of taps inside the padded source
 */
@SuppressWarnings("ArrayRecordComponent") // a table nobody compares
public record PoolAxis(int in, int out, int dilation, int[] first, int[] taps, int[] padded) {

  /** An axis that is not pooled: each position covers itself. */
  public static PoolAxis identity(int size) {
    return window(size, size, 1, 1, 1, 0, 0);
  }

  /** One position that covers the whole axis. */
  public static PoolAxis global(int in) {
    return window(in, 1, in, 1, 1, 0, 0);
  }

  /**
   * A sliding window. With ceil mode {@code out} is one larger and its last window may reach beyond
   * the padding; what lies there is not counted in any mode.
   */
  public static PoolAxis window(
      int in, int out, int kernel, int stride, int dilation, int padBegin, int padEnd) {
    if (in < 0 || out < 0 || kernel < 0 || stride < 1 || dilation < 1) {
      throw new IllegalArgumentException(
          "pool: window of kernel "
              + kernel
              + ", stride "
              + stride
              + " and dilation "
              + dilation
              + " from "
              + in
              + " to "
              + out
              + " elements: stride and dilation must be at least 1, the others not negative");
    }
    int[] first = new int[out];
    int[] taps = new int[out];
    int[] padded = new int[out];
    for (int o = 0; o < out; o++) {
      long start = (long) o * stride - padBegin;
      long skipped = start >= 0 ? 0 : Math.min(kernel, Math.ceilDiv(-start, (long) dilation));
      long from = start + skipped * dilation;
      taps[o] =
          (int) Math.min(kernel - skipped, Math.ceilDiv(Math.max(0, in - from), (long) dilation));
      first[o] = taps[o] == 0 ? 0 : (int) from;
      long room = Math.max(0, in + (long) padEnd - start);
      padded[o] = (int) Math.min(kernel, Math.ceilDiv(room, (long) dilation));
    }
    return new PoolAxis(in, out, dilation, first, taps, padded);
  }

  /** Position o covers [floor(o in / out), ceil((o + 1) in / out)), as PyTorch divides an axis. */
  public static PoolAxis adaptive(int in, int out) {
    int[] first = new int[out];
    int[] taps = new int[out];
    for (int o = 0; o < out; o++) {
      first[o] = (int) ((long) o * in / out);
      taps[o] = (int) Math.ceilDiv((o + 1L) * in, (long) out) - first[o];
    }
    return new PoolAxis(in, out, 1, first, taps, taps.clone());
  }

  @Override
  public String toString() {
    return in + " -> " + out + ", taps " + Arrays.stream(taps).max().orElse(0);
  }
}
