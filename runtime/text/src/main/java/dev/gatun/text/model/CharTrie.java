package dev.gatun.text.model;

import java.util.Arrays;

/** Strings by their characters, for finding all that begin at a place; in two flat arrays. */
public final class CharTrie {
  /** (node << 16 | character) + 1, or 0 for a free slot. */
  private long[] keys;

  private int[] children;
  private int[] values = new int[64];
  private int nodes = 1;
  private int used;

  /** Empty, with room for about this many characters. */
  public CharTrie(int expected) {
    keys = new long[Integer.highestOneBit(Math.max(64, 8 * expected))];
    children = new int[keys.length];
    values[0] = -1;
  }

  /** Adds a string with a value from 0; the last value of a string counts. */
  public void put(String text, int value) {
    int node = 0;
    for (int i = 0; i < text.length(); i++) {
      int slot = slot(node, text.charAt(i));
      if (keys[slot] == 0) {
        if (2 * ++used > keys.length) {
          grow();
          slot = slot(node, text.charAt(i));
        }
        keys[slot] = key(node, text.charAt(i));
        children[slot] = nodes;
        if (nodes == values.length) {
          values = Arrays.copyOf(values, 2 * nodes);
        }
        values[nodes++] = -1;
      }
      node = children[slot];
    }
    values[node] = value;
  }

  /** The node behind {@code node} and a character, from node 0; -1 where there is none. */
  public int next(int node, char c) {
    int slot = slot(node, c);
    return keys[slot] == 0 ? -1 : children[slot];
  }

  /** The value of the string that ends in a node, or -1. */
  public int value(int node) {
    return values[node];
  }

  private static long key(int node, char c) {
    return ((long) node << 16 | c) + 1;
  }

  private int slot(int node, char c) {
    long key = key(node, c);
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & keys.length - 1;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldChildren = children;
    keys = new long[2 * oldKeys.length];
    children = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot((int) (oldKeys[i] - 1 >>> 16), (char) (oldKeys[i] - 1));
        keys[slot] = oldKeys[i];
        children[slot] = oldChildren[i];
      }
    }
  }
}
