package dev.gatun.train.data;

import java.util.random.RandomGenerator;

/**
 * Random numbers that follow from a seed and a position, so that a sample's draws do not depend on
 * which thread loads it, or when (SplitMix64; Steele, Lea and Flood 2014).
 */
final class Draws implements RandomGenerator {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  private Draws(long state) {
    this.state = state;
  }

  static Draws of(long seed) {
    return new Draws(mix(seed));
  }

  /** Draws for one purpose of one epoch. */
  static Draws of(long seed, long epoch) {
    return new Draws(mix(mix(seed) + epoch * GOLDEN));
  }

  /** Draws for one position of one epoch. */
  static Draws of(long seed, long epoch, long position) {
    return new Draws(mix(mix(mix(seed) + epoch * GOLDEN) + position * GOLDEN));
  }

  @Override
  public long nextLong() {
    state += GOLDEN;
    return mix(state);
  }

  private static long mix(long value) {
    long z = value + GOLDEN;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Puts the elements in random order (Fisher and Yates). */
  void shuffle(long[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      long swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  /** The numbers below {@code count} in random order. */
  long[] permutation(long count) {
    long[] order = new long[Indices.checkedCount(count)];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    shuffle(order);
    return order;
  }
}
