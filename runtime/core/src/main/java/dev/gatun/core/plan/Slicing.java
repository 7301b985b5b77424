package dev.gatun.core.plan;

import java.util.ArrayList;
import java.util.List;

/** How the work of a native kernel is cut; depends on shapes and threads only. */
final class Slicing {
  /** A call, a hand-over and cold edges cost about 3 us: a slice should take several times that. */
  private static final long FLOPS_PER_SLICE = 1L << 19;

  /** From here on a second slice a thread evens out threads that are held up. */
  private static final long LONG_SLICE_FLOPS = 1L << 25;

  /** Part [first, first + count) of a range. */
  record Part(long first, long count) {
    long end() {
      return first + count;
    }
  }

  /** Into how many slices work of so many operations should be cut. */
  static int slices(double flops, int threads) {
    if (threads == 1) {
      return 1;
    }
    int most = flops / threads > LONG_SLICE_FLOPS ? 2 * threads : threads;
    return (int) Math.max(1, Math.min(most, flops / FLOPS_PER_SLICE));
  }

  /** Cuts [0, total) into about {@code parts} parts, multiples of the granule but for the last. */
  static List<Part> cut(long total, long parts, long granule) {
    long size = Math.ceilDiv(Math.ceilDiv(total, Math.max(1, parts)), granule) * granule;
    List<Part> result = new ArrayList<>();
    for (long first = 0; first < total; first += size) {
      result.add(new Part(first, Math.min(size, total - first)));
    }
    return result;
  }

  private Slicing() {}
}
