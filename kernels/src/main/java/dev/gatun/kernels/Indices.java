package dev.gatun.kernels;

/** Reads and checks indices of 4 or 8 bytes; negative ones count from the end of the axis. */
final class Indices {
  static void requireWidth(String what, int indexBytes) {
    if (indexBytes != 4 && indexBytes != 8) {
      throw new IllegalArgumentException(
          what + ": indices must have 4 or 8 bytes, got " + indexBytes);
    }
  }

  /** The index at a position as it is stored. */
  static long raw(long indices, int indexBytes, long position) {
    return indexBytes == 4
        ? Memory.ALL.get(Memory.I32, indices + 4 * position)
        : Memory.ALL.get(Memory.I64, indices + 8 * position);
  }

  /** The index at a position, counted from the start. */
  static long at(long indices, int indexBytes, long position, long bound) {
    long index = raw(indices, indexBytes, position);
    return index < 0 ? index + bound : index;
  }

  /** Checks the positions [first, last) before anything is read or written through them. */
  static void check(String what, long indices, int indexBytes, long first, long last, long bound) {
    for (long k = first; k < last; k++) {
      long index = raw(indices, indexBytes, k);
      if (index < -bound || index >= bound) {
        throw outOfBounds(what, index, k, bound);
      }
    }
  }

  static IndexOutOfBoundsException outOfBounds(String what, long index, long position, long bound) {
    return new IndexOutOfBoundsException(
        what
            + ": index "
            + index
            + " at position "
            + position
            + " is out of bounds for an axis of "
            + bound
            + (bound == 0
                ? " elements"
                : " elements, must be in [-" + bound + ", " + (bound - 1) + "]"));
  }

  private Indices() {}
}
