package dev.gatun.train.data;

/** Limits of what is kept in one array of positions. */
final class Indices {
  /** Checks that an order of this many samples fits into an array. */
  static int checkedCount(long count) {
    if (count > Integer.MAX_VALUE - 16) {
      throw new DataException(
          count
              + " samples are too many to be put in order at once; shuffle with a buffer instead");
    }
    return (int) count;
  }

  /** Checks a position. */
  static long checked(long index, long count) {
    if (index < 0 || index >= count) {
      throw new DataException("there is no sample " + index + "; there are " + count);
    }
    return index;
  }

  private Indices() {}
}
