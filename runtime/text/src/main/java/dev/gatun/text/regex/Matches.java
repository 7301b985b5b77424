package dev.gatun.text.regex;

import java.util.Arrays;

/** Places in a text where something was found, in order and without overlap. */
public final class Matches {
  private int[] bounds = new int[32];
  private int size;

  /** Adds a place after all others. */
  public void add(int start, int end) {
    if (2 * size == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * bounds.length);
    }
    bounds[2 * size] = start;
    bounds[2 * size + 1] = end;
    size++;
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** Where one begins. */
  public int start(int i) {
    return bounds[2 * i];
  }

  /** Behind where one ends. */
  public int end(int i) {
    return bounds[2 * i + 1];
  }
}
