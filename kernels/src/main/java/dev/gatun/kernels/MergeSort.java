package dev.gatun.kernels;

/**
 * Sorts pairs of a key and a position, 16 bytes each, by key; equal keys keep their order.
 *
 * <p>Bottom up: runs of eight by insertion, then merges between two buffers.
 */
final class MergeSort {
  private static final int RUN = 8;

  /** Bytes of a pair. */
  static final long PAIR = 16;

  /**
   * Sorts {@code count} pairs at {@code a}; returns where the result is, {@code a} or {@code b}.
   */
  static long sort(long a, long b, long count) {
    for (long first = 0; first < count; first += RUN) {
      insert(a + first * PAIR, (int) Math.min(RUN, count - first));
    }
    long from = a;
    long to = b;
    for (long width = RUN; width < count; width *= 2) {
      for (long first = 0; first < count; first += 2 * width) {
        long middle = Math.min(count, first + width);
        merge(from, first, middle, Math.min(count, middle + width), to);
      }
      long swap = from;
      from = to;
      to = swap;
    }
    return from;
  }

  private static void insert(long at, int count) {
    for (int k = 1; k < count; k++) {
      long key = Memory.ALL.get(Memory.I64, at + k * PAIR);
      long position = Memory.ALL.get(Memory.I64, at + k * PAIR + 8);
      int hole = k;
      for (; hole > 0; hole--) {
        long before = Memory.ALL.get(Memory.I64, at + (hole - 1) * PAIR);
        if (before <= key) {
          break;
        }
        put(at + hole * PAIR, before, Memory.ALL.get(Memory.I64, at + (hole - 1) * PAIR + 8));
      }
      put(at + hole * PAIR, key, position);
    }
  }

  private static void merge(long from, long first, long middle, long last, long to) {
    long left = first;
    long right = middle;
    long k = first;
    while (left < middle && right < last) {
      long a = Memory.ALL.get(Memory.I64, from + left * PAIR);
      long b = Memory.ALL.get(Memory.I64, from + right * PAIR);
      // Random keys defeat branch prediction: both advance by arithmetic.
      long takeRight = b < a ? 1 : 0;
      long at = left + (right - left) * takeRight;
      put(to + k * PAIR, Math.min(a, b), Memory.ALL.get(Memory.I64, from + at * PAIR + 8));
      left += 1 - takeRight;
      right += takeRight;
      k++;
    }
    CopyRows.copy(from + left * PAIR, to + k * PAIR, (middle - left) * PAIR);
    CopyRows.copy(from + right * PAIR, to + (k + middle - left) * PAIR, (last - right) * PAIR);
  }

  private static void put(long at, long key, long position) {
    Memory.ALL.set(Memory.I64, at, key);
    Memory.ALL.set(Memory.I64, at + 8, position);
  }

  private MergeSort() {}
}
