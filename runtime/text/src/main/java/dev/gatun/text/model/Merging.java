package dev.gatun.text.model;

import java.util.Arrays;

/**
 * The symbols of one word while they are merged: a linked list in arrays and a heap of possible
 * merges, so that a word of n characters takes n log n steps however long it is.
 */
final class Merging {
  private final PairTable merges;
  private final int[] merged;
  int[] ids;
  int[] lengths; // in bytes; 0 once merged into another symbol
  private int[] previous = new int[0];
  private int[] next = new int[0];
  int size;

  /** rank << 32 | place: the lowest rank first, and its leftmost place. */
  private long[] heap = new long[16];

  private int heapSize;

  /**
   * @param merges ranks of pairs
   * @param merged the new id of each rank
   * @param expected number of symbols to begin with
   */
  Merging(PairTable merges, int[] merged, int expected) {
    this.merges = merges;
    this.merged = merged;
    ids = new int[Math.max(4, expected)];
    lengths = new int[ids.length];
  }

  void add(int id, int length) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      lengths = Arrays.copyOf(lengths, 2 * size);
    }
    ids[size] = id;
    lengths[size++] = length;
  }

  /** Merges until no pair is left that can be; symbols of length 0 are gone then. */
  void run() {
    previous = new int[size];
    next = new int[size];
    for (int i = 0; i < size; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < size ? i + 1 : -1;
    }
    for (int i = 0; i + 1 < size; i++) {
      offer(i, i + 1);
    }
    while (heapSize > 0) {
      long top = poll();
      int place = (int) top;
      int other = next[place];
      int id = merged[(int) (top >>> 32)];
      if (lengths[place] == 0 || other < 0) {
        continue;
      }
      int rank = merges.rank(ids[place], ids[other]);
      // Not a mistake: the pair may be another one by now, as long as it gives the same token.
      if (rank < 0 || merged[rank] != id) {
        continue;
      }
      ids[place] = id;
      lengths[place] += lengths[other];
      lengths[other] = 0;
      next[place] = next[other];
      if (next[other] >= 0) {
        previous[next[other]] = place;
      }
      if (previous[place] >= 0) {
        offer(previous[place], place);
      }
      if (next[place] >= 0) {
        offer(place, next[place]);
      }
    }
  }

  private void offer(int place, int other) {
    int rank = merges.rank(ids[place], ids[other]);
    if (rank < 0) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, 2 * heapSize);
    }
    long value = (long) rank << 32 | place;
    int at = heapSize++;
    while (at > 0 && heap[at - 1 >>> 1] > value) {
      heap[at] = heap[at - 1 >>> 1];
      at = at - 1 >>> 1;
    }
    heap[at] = value;
  }

  private long poll() {
    long top = heap[0];
    long last = heap[--heapSize];
    int at = 0;
    while (2 * at + 1 < heapSize) {
      int child = 2 * at + 1;
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
