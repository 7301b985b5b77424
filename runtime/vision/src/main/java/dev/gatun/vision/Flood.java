package dev.gatun.vision;

import java.util.Arrays;

/** Pixels that are added one by one, the highest first, and join their neighbours' basins. */
final class Flood {
  private final int height;
  private final int width;
  private final boolean corners;

  /** The next pixel on the way to a basin's first one, itself there; -1 before it is added. */
  private final int[] next;

  /** Levels of pixels; that of a basin's first one is its peak. */
  private final double[] levels;

  Flood(int height, int width, boolean corners) {
    this.height = height;
    this.width = width;
    this.corners = corners;
    next = new int[height * width];
    levels = new double[next.length];
    Arrays.fill(next, -1);
  }

  private int root(int pixel) {
    int at = pixel;
    while (next[at] != at) {
      next[at] = next[next[at]];
      at = next[at];
    }
    return at;
  }

  /**
   * Adds a pixel to the basin of its highest neighbour. Basins that meet in it become one where the
   * lower peak is above it by less than a depth, or by nothing.
   */
  void join(int pixel, double level, double depth) {
    next[pixel] = pixel;
    levels[pixel] = level;
    int[] near = new int[8];
    int count = 0;
    int row = pixel / width;
    int column = pixel % width;
    int highest = pixel;
    for (int y = Math.max(row - 1, 0); y <= Math.min(row + 1, height - 1); y++) {
      for (int x = Math.max(column - 1, 0); x <= Math.min(column + 1, width - 1); x++) {
        int other = y * width + x;
        if (next[other] >= 0 && other != pixel && (corners || y == row || x == column)) {
          near[count++] = other;
          highest = highest == pixel || levels[other] > levels[highest] ? other : highest;
        }
      }
    }
    next[pixel] = root(highest);
    for (int i = 0; i < count; i++) {
      meet(root(pixel), root(near[i]), level, depth);
    }
  }

  private void meet(int one, int other, double level, double depth) {
    int higher = levels[one] >= levels[other] ? one : other;
    int lower = higher == one ? other : one;
    double above = levels[lower] - level;
    // Not a mistake: of infinite levels the difference is no number, and they are one basin.
    if (lower != higher && !(above > 0 && above >= depth)) {
      next[lower] = higher;
    }
  }

  /** The first pixel of each pixel's basin, -1 for pixels that were not added. */
  int[] roots() {
    int[] roots = new int[next.length];
    for (int i = 0; i < roots.length; i++) {
      roots[i] = next[i] < 0 ? -1 : root(i);
    }
    return roots;
  }
}
