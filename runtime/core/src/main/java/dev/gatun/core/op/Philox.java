package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The counter-based random generator Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011): element i of a tensor is a function of seed and i only.
 */
final class Philox {
  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  /** Four random words for a counter and a key of words, lowest first. */
  static int[] words(int[] counter, int key0, int key1) {
    int[] c = counter.clone();
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < 10; round++) {
      long p0 = M0 * Integer.toUnsignedLong(c[0]);
      long p1 = M1 * Integer.toUnsignedLong(c[2]);
      c =
          new int[] {
            (int) (p1 >>> 32) ^ c[1] ^ k0, (int) p1, (int) (p0 >>> 32) ^ c[3] ^ k1, (int) p0
          };
      k0 += W0;
      k1 += W1;
    }
    return c;
  }

  private static int[] words(long seed, long element) {
    int[] counter = {(int) element, (int) (element >>> 32), 0, 0};
    return words(counter, (int) seed, (int) (seed >>> 32));
  }

  /** Four random words of an element of a stream in a draw. */
  static int[] words(long seed, long element, long draw, long stream) {
    // Nobody has 2^32 streams, so the upper half of the draw has its place beside them.
    int[] counter = {
      (int) element, (int) (element >>> 32), (int) draw, (int) stream ^ (int) (draw >>> 32)
    };
    return words(counter, (int) seed, (int) (seed >>> 32));
  }

  /** A number in [0, 1) of 53 random bits. */
  static double uniform(long seed, long element) {
    int[] w = words(seed, element);
    return unit(w[0], w[1]);
  }

  /** A number of the standard normal distribution, by Box and Muller's transform. */
  static double normal(long seed, long element) {
    return normal(words(seed, element));
  }

  static double normal(int[] w) {
    double radius = Math.sqrt(-2 * Math.log(1 - unit(w[0], w[1]))); // 1 - u is never 0
    return radius * Math.cos(2 * Math.PI * unit(w[2], w[3]));
  }

  private static double unit(int high, int low) {
    return ((long) high << 32 >>> 11 | Integer.toUnsignedLong(low) >>> 11) * 0x1p-53;
  }

  /** The seed of a node, or another one each time if it has none. */
  static long seed(Evaluation in) {
    return in.attrs().has("seed")
        ? in.attrs().integer("seed")
        : ThreadLocalRandom.current().nextLong();
  }

  /** Checks that a random type is a floating one. */
  static DType floating(Operands in) {
    DType dtype = in.attrs().dtype("dtype");
    in.require(dtype.isFloat(), "dtype must be a floating type, got %s", dtype);
    return dtype;
  }

  private Philox() {}
}
