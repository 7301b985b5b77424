package dev.gatun.text.normal;

import java.util.Arrays;

/**
 * A new text as characters and what each does to the old one: 0 replaces the next old character, 1
 * is inserted, -n replaces one and removes the n behind it.
 */
final class Edits {
  private int[] points;
  private int[] changes;
  private int size;

  Edits(int expected) {
    points = new int[Math.max(16, expected)];
    changes = new int[points.length];
  }

  void add(int point, int change) {
    if (size == points.length) {
      points = Arrays.copyOf(points, 2 * size);
      changes = Arrays.copyOf(changes, 2 * size);
    }
    points[size] = point;
    changes[size++] = change;
  }

  /** Changes what the i-th does. */
  void setChange(int i, int change) {
    changes[i] = change;
  }

  void set(int i, int point, int change) {
    points[i] = point;
    changes[i] = change;
  }

  int size() {
    return size;
  }

  int point(int i) {
    return points[i];
  }

  int change(int i) {
    return changes[i];
  }
}
