package dev.gatun.text.model;

import java.util.BitSet;

/** Strings to find in a text: at each place the longest one. */
public final class Literals {
  private final CharTrie trie = new CharTrie(16);

  /** First characters, so that most places need one look. */
  private final BitSet firsts = new BitSet();

  private boolean empty = true;

  /** The first character of all of them, or -1. */
  private int only = -1;

  /** Adds a string that is not empty, with a value from 0. */
  public void put(String text, int value) {
    trie.put(text, value);
    only = empty || only == text.charAt(0) ? text.charAt(0) : -1;
    firsts.set(text.charAt(0));
    empty = false;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return empty;
  }

  /** The next place from {@code at} where one may begin, or the text's length. */
  public int candidate(String text, int at) {
    if (only >= 0) { // one character is searched with vectors
      int place = text.indexOf(only, at);
      return place < 0 ? text.length() : place;
    }
    int next = at;
    while (next < text.length() && !firsts.get(text.charAt(next))) {
      next++;
    }
    return next;
  }

  /** The end of the longest string that begins here << 32 | its value, or -1. */
  public long match(String text, int start) {
    long best = -1;
    int node = 0;
    for (int at = start; at < text.length(); at++) {
      node = trie.next(node, text.charAt(at));
      if (node < 0) {
        break;
      }
      if (trie.value(node) >= 0) {
        best = (long) (at + 1) << 32 | trie.value(node);
      }
    }
    return best;
  }
}
