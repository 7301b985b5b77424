package dev.gatun.train.data;

import java.util.random.RandomGenerator;

/** Draws numbers in proportion to weights in constant time (Walker 1977, Vose 1991). */
final class AliasTable {
  private final double[] keep;
  private final int[] alias;

  AliasTable(double[] weights) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
        throw new DataException(
            "weight " + i + " is " + weights[i] + "; weights are finite and 0 or more");
      }
      sum += weights[i];
    }
    if (!(sum > 0)) {
      throw new DataException("all weights are 0; there is nothing to draw");
    }
    int n = weights.length;
    keep = new double[n];
    alias = new int[n];
    int[] waiting = new int[n]; // small ones from the front, large ones from the back
    int small = 0;
    int large = n;
    for (int i = 0; i < n; i++) {
      keep[i] = weights[i] / sum * n;
      waiting[keep[i] < 1 ? small++ : --large] = i;
    }
    while (small > 0 && large < n) {
      int less = waiting[--small];
      int more = waiting[large++];
      alias[less] = more;
      keep[more] -= 1 - keep[less];
      waiting[keep[more] < 1 ? small++ : --large] = more;
    }
    // What is left is 1 but for rounding; a weight of 0 cannot be left over.
    while (large < n) {
      keep[waiting[large++]] = 1;
    }
    while (small > 0) {
      int last = waiting[--small];
      keep[last] = weights[last] > 0 ? 1 : 0;
      alias[last] = weights[last] > 0 ? last : heaviest(weights);
    }
  }

  private static int heaviest(double[] weights) {
    int best = 0;
    for (int i = 1; i < weights.length; i++) {
      best = weights[i] > weights[best] ? i : best;
    }
    return best;
  }

  int draw(RandomGenerator random) {
    int at = random.nextInt(keep.length);
    return random.nextDouble() < keep[at] ? at : alias[at];
  }
}
