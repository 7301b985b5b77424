package dev.gatun.text.model;

/** From two ids to the rank of their merge; an open hash table over plain longs. */
final class PairTable {
  private final long[] keys;
  private final int[] ranks;

  PairTable(int expected) {
    keys = new long[Integer.highestOneBit(Math.max(16, expected)) * 4];
    ranks = new int[keys.length];
  }

  /** The last rank of a pair counts. */
  void put(int left, int right, int rank) {
    int slot = slot(left, right);
    keys[slot] = key(left, right);
    ranks[slot] = rank;
  }

  /** The rank of a pair, or -1. */
  int rank(int left, int right) {
    int slot = slot(left, right);
    return keys[slot] == 0 ? -1 : ranks[slot];
  }

  /** Ids are below 2^31, so the key of no pair is 0. */
  private static long key(int left, int right) {
    return ((long) left << 32 | right) + 1;
  }

  private int slot(int left, int right) {
    long key = key(left, right);
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 33) & keys.length - 1;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }
}
