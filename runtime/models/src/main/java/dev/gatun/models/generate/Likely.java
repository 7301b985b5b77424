package dev.gatun.models.generate;

import java.util.Arrays;

/** Words by their numbers, the most likely first; of equal ones the first. */
final class Likely {
  /** Beyond this the exponential adds nothing to a sum of doubles. */
  static final double NOTHING = -50;

  // Number and id in one: the larger the likelier. Sorted from the end, if it is.
  private final long[] keys;
  private double total;

  /**
   * Sorts.
   *
   * @param most how many are wanted, 0 for all; as many more as are as likely as the last
   */
  Likely(float[] numbers, int most) {
    long[] found = new long[Math.min(numbers.length, most == 0 ? numbers.length : 4 * most + 64)];
    int size = 0;
    long least = Long.MIN_VALUE;
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] > Float.NEGATIVE_INFINITY) {
        long key = key(numbers[i], i);
        if (key > least) {
          if (size == found.length) {
            // Full: what is below the wanted ones goes, and whatever is like it from now on.
            Arrays.sort(found);
            int kept = kept(found, size, most);
            System.arraycopy(found, size - kept, found, 0, kept);
            size = kept;
            least = (found[0] & ~0xffff_ffffL) - 1;
            if (size == found.length) {
              found = Arrays.copyOf(found, 2 * size);
            }
          }
          found[size++] = key;
        }
      }
    }
    found = Arrays.copyOf(found, size);
    Arrays.sort(found);
    int kept = kept(found, size, most);
    keys = Arrays.copyOfRange(found, size - kept, size);
  }

  /** How many of the sorted ones are wanted. */
  private static int kept(long[] sorted, int size, int most) {
    if (most == 0 || most >= size) {
      return size;
    }
    int kept = most;
    while (kept < size && sorted[size - kept - 1] >> 32 == sorted[size - most] >> 32) {
      kept++;
    }
    return kept;
  }

  private static long key(float number, int id) {
    int bits = Float.floatToIntBits(number + 0f); // -0 is 0
    int ordered = bits ^ (bits >> 31 & 0x7fff_ffff);
    return (long) ordered << 32 | Integer.toUnsignedLong(~id);
  }

  int size() {
    return keys.length;
  }

  int id(int rank) {
    return ~(int) keys[keys.length - 1 - rank];
  }

  float number(int rank) {
    int ordered = (int) (keys[keys.length - 1 - rank] >> 32);
    return Float.intBitsToFloat(ordered ^ (ordered >> 31 & 0x7fff_ffff));
  }

  /** exp((number - max) / temperature) of each. */
  double[] weights(float max, double temperature) {
    double[] weights = new double[keys.length];
    total = 0;
    for (int i = 0; i < weights.length; i++) {
      double x = (number(i) - max) / temperature;
      weights[i] = x > NOTHING ? Math.exp(x) : 0;
      total += weights[i];
    }
    return weights;
  }

  /** Sum of the weights. */
  double total() {
    return total;
  }
}
