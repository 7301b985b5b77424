package dev.gatun.core.plan;

import java.util.ArrayList;
import java.util.List;

/** How the work of a native kernel is cut; depends on shapes and threads only. */
final class Slicing {
  /** A call, a hand-over and cold edges cost about 3 us: a slice should take several times that. */
  private static final long FLOPS_PER_SLICE = 1L << 19;

  /** From here on a second slice a thread evens out threads that are held up. */
  private static final long LONG_SLICE_FLOPS = 1L << 25;

  /** A float read from L3 takes as long as so many multiply-adds. */
  private static final double LOAD = 8;

  /** Fewer rows than this make a block no faster: it then waits for the right operand. */
  private static final long LEAST_ROWS = 8;

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

  /**
   * Into how many parts the rows of a product should be cut when it is cut into so many blocks:
   * such that threads are equally busy, and a block reads as little of the operands as possible.
   */
  static long rowParts(long m, long n, long k, long parts, long granule) {
    long best = 1;
    double least = Double.MAX_VALUE;
    for (long down = 1; down <= Math.min(m, parts); down++) {
      if (parts % down != 0) {
        continue;
      }
      double rows = Math.ceilDiv(m, down);
      double columns = Math.ceilDiv(Math.ceilDiv(n, parts / down), granule) * granule;
      double time = k * (Math.max(rows, LEAST_ROWS) * columns + LOAD * (rows + columns));
      if (time < least) {
        least = time;
        best = down;
      }
    }
    return best;
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
