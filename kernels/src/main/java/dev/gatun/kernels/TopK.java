package dev.gatun.kernels;

/**
 * The k largest or smallest elements along an axis, in order, with their int64 positions; with k of
 * the axis' size it is a sort. Ties go to the lower position, NaN counts as the largest.
 *
 * <p>Small k: a heap of k pairs, about a comparison an element; else a merge sort. Immutable; a
 * task owns a range of lines.
 */
public final class TopK {
  private static final int MAX_TASKS = 16; // each has scratch for a line
  private static final long TASK_ELEMENTS = 4096;

  private final ElementType type;
  private final long axis;
  private final long inner;
  private final long k;
  private final boolean largest;
  private final boolean heap;
  private final long lines;
  private final long lineScratch;
  private final int tasks;

  private TopK(ElementType type, long outer, long axis, long inner, long k, boolean largest) {
    if (outer < 0 || axis < 0 || inner < 0) {
      throw new IllegalArgumentException("topK: negative size");
    }
    if (k < 0 || k > axis) {
      throw new IllegalArgumentException(
          "topK: k must be in [0, " + axis + "], the size of the axis, got " + k);
    }
    this.type = type;
    this.axis = axis;
    this.inner = inner;
    this.k = k;
    this.largest = largest;
    heap = k <= axis / 8;
    lines = k == 0 ? 0 : outer * inner;
    lineScratch = Math.ceilDiv((heap ? k : 2 * axis) * MergeSort.PAIR, 64L) * 64;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, lines), lines * axis / TASK_ELEMENTS));
  }

  /** Plans the selection of k elements of each line of a tensor [outer, axis, inner]. */
  public static TopK of(
      ElementType type, long outer, long axis, long inner, long k, boolean largest) {
    return new TopK(type, outer, axis, inner, k, largest);
  }

  /** Plans a sort of each line of a tensor [outer, axis, inner]. */
  public static TopK sort(ElementType type, long outer, long axis, long inner, boolean descending) {
    return new TopK(type, outer, axis, inner, axis, descending);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Bytes of scratch memory all tasks together need. */
  public long scratchBytes() {
    return lineScratch * tasks;
  }

  /** Selects one task's lines into {@code values} and {@code positions} [outer, k, inner]. */
  public void run(long src, long values, long positions, long scratch, int task) {
    long own = scratch + task * lineScratch;
    long end = lines * (task + 1) / tasks;
    int bytes = type.bytes();
    for (long line = lines * task / tasks; line < end; line++) {
      long outer = line / inner;
      long column = line - outer * inner;
      long from = src + (outer * axis * inner + column) * bytes;
      long sorted = heap ? select(from, own) : sort(from, own);
      for (long i = 0; i < k; i++) {
        long position = Memory.ALL.get(Memory.I64, sorted + i * MergeSort.PAIR + 8);
        long to = (outer * k + i) * inner + column;
        Memory.ALL.set(Memory.I64, positions + 8 * to, position);
        CopyRows.copy(from + position * inner * bytes, values + to * bytes, bytes);
      }
    }
  }

  // The order of keys is turned around for the largest, so that the smallest key always wins.
  private long key(long src, long position) {
    long key = SortKeys.at(type, src + position * inner * type.bytes());
    return largest ? ~key : key;
  }

  private long sort(long src, long pairs) {
    for (long i = 0; i < axis; i++) {
      put(pairs, i, key(src, i), i);
    }
    return MergeSort.sort(pairs, pairs + axis * MergeSort.PAIR, axis);
  }

  // A heap whose root is the worst of the k best; emptied from the end it is sorted.
  private long select(long src, long pairs) {
    for (long i = 0; i < k; i++) {
      put(pairs, i, key(src, i), i);
    }
    for (long i = k / 2 - 1; i >= 0; i--) {
      sink(pairs, i, k, keyOf(pairs, i), positionOf(pairs, i));
    }
    long worst = keyOf(pairs, 0);
    for (long i = k; i < axis; i++) {
      long key = key(src, i);
      if (key < worst) { // a tie goes to the one that is there: its position is lower
        sink(pairs, 0, k, key, i);
        worst = keyOf(pairs, 0);
      }
    }
    for (long last = k - 1; last > 0; last--) {
      long key = keyOf(pairs, last);
      long position = positionOf(pairs, last);
      put(pairs, last, keyOf(pairs, 0), positionOf(pairs, 0));
      sink(pairs, 0, last, key, position);
    }
    return pairs;
  }

  private static void sink(long pairs, long from, long count, long key, long position) {
    long hole = from;
    for (long child = 2 * hole + 1; child < count; child = 2 * hole + 1) {
      if (child + 1 < count
          && worse(
              keyOf(pairs, child + 1),
              positionOf(pairs, child + 1),
              keyOf(pairs, child),
              positionOf(pairs, child))) {
        child++;
      }
      long childKey = keyOf(pairs, child);
      long childPosition = positionOf(pairs, child);
      if (!worse(childKey, childPosition, key, position)) {
        break;
      }
      put(pairs, hole, childKey, childPosition);
      hole = child;
    }
    put(pairs, hole, key, position);
  }

  private static boolean worse(long key, long position, long otherKey, long otherPosition) {
    return key > otherKey || (key == otherKey && position > otherPosition);
  }

  private static long keyOf(long pairs, long i) {
    return Memory.ALL.get(Memory.I64, pairs + i * MergeSort.PAIR);
  }

  private static long positionOf(long pairs, long i) {
    return Memory.ALL.get(Memory.I64, pairs + i * MergeSort.PAIR + 8);
  }

  private static void put(long pairs, long i, long key, long position) {
    Memory.ALL.set(Memory.I64, pairs + i * MergeSort.PAIR, key);
    Memory.ALL.set(Memory.I64, pairs + i * MergeSort.PAIR + 8, position);
  }
}
