package dev.gatun.formats.wire;

import java.util.Arrays;

/** A growing list of longs: numbers of a file, or the bits of its floats. */
public final class LongList {
  private static final long[] NONE = {};

  private long[] values = NONE;
  private int size;

  /** Appends a number. */
  public void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(8, size + size / 2));
    }
    values[size++] = value;
  }

  public int size() {
    return size;
  }

  public long get(int i) {
    return values[java.util.Objects.checkIndex(i, size)];
  }

  /** The numbers. */
  public long[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
