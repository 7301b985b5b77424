package dev.gatun.train.metric;

/** Stable merge sort of positions by keys, the largest key first, without boxes. */
final class IndexSort {
  static int[] descending(double[] keys) {
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int[] spare = new int[keys.length];
    for (int width = 1; width > 0 && width < keys.length; width *= 2) {
      for (long from = 0; from < keys.length; from += 2L * width) {
        int middle = (int) Math.min(from + width, keys.length);
        int to = (int) Math.min(from + 2L * width, keys.length);
        merge(keys, order, spare, (int) from, middle, to);
      }
      int[] swapped = order;
      order = spare;
      spare = swapped;
    }
    return order;
  }

  private static void merge(double[] keys, int[] src, int[] dst, int from, int middle, int to) {
    int left = from;
    int right = middle;
    for (int at = from; at < to; at++) {
      boolean takeLeft = right == to || left < middle && keys[src[left]] >= keys[src[right]];
      dst[at] = src[takeLeft ? left++ : right++];
    }
  }

  private IndexSort() {}
}
