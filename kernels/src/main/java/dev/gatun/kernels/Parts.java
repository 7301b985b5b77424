package dev.gatun.kernels;

/** Cuts a number of things into nearly equal parts: the first ones have one more. */
final class Parts {
  /** Where part {@code index} begins; where the last one ends, for {@code index == parts}. */
  static int begin(int total, int parts, int index) {
    return index * (total / parts) + Math.min(index, total % parts);
  }

  private Parts() {}
}
