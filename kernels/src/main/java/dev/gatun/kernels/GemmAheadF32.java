package dev.gatun.kernels;

/**
 * What the tiles of a matrix product read ahead: the panel behind the one they multiply by, a
 * little in each round.
 *
 * <p>The first tile of a panel that comes from L3 or memory waits for it, and memory is idle while
 * the others run. Java has no instruction that fetches a line, so tiles load a byte of it.
 */
final class GemmAheadF32 {
  /** Bytes between the reads of two rounds: half of a cache line, a quarter of a right row. */
  static final int PACE = PackedWeightsF32.COLUMNS;

  private long begin;
  private long at;
  private long end;

  /** Forgets what was to be read. */
  void clear() {
    begin = 0;
    at = 0;
    end = 0;
  }

  /** Sets the range that is to be read. */
  void set(long from, long bytes) {
    begin = from;
    at = from;
    end = from + bytes;
  }

  /**
   * Where a tile of so many rounds begins to read.
   *
   * @param idle address of as many bytes, which it reads when there is nothing else
   */
  long take(int rounds, long idle) {
    long bytes = (long) PACE * rounds;
    if (at >= end || bytes > end - begin) {
      return idle;
    }
    long from = Math.min(at, end - bytes); // what lies behind the end may be no memory
    at = from + bytes;
    return from;
  }
}
