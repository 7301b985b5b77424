package dev.gatun.models.generate;

import java.util.Arrays;

/** Words of one row: those it began with, then those that came. */
public final class Words {
  private final int given;
  private long[] ids;
  private int size;

  /** Words to go on with. */
  public Words(long... first) {
    given = first.length;
    ids = first.clone();
    size = first.length;
  }

  private Words(Words other) {
    given = other.given;
    ids = other.ids.clone();
    size = other.size;
  }

  Words copy() {
    return new Words(this);
  }

  void add(long id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(8, 2 * size));
    }
    ids[size++] = id;
  }

  /** Number of all words. */
  public int size() {
    return size;
  }

  /** How many of them it began with. */
  public int given() {
    return given;
  }

  /** How many came. */
  public int added() {
    return size - given;
  }

  /** A word by its place among all. */
  public long get(int at) {
    return ids[java.util.Objects.checkIndex(at, size)];
  }

  /** The words that came. */
  public long[] newWords() {
    return Arrays.copyOfRange(ids, given, size);
  }

  /** All words. */
  public long[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  /** Whether the words that came end with these. */
  boolean endsWith(long[] tail) {
    if (tail.length == 0 || tail.length > added()) {
      return false;
    }
    return Arrays.equals(tail, 0, tail.length, ids, size - tail.length, size);
  }
}
