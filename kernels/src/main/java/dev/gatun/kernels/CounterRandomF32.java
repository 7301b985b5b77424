package dev.gatun.kernels;

/**
 * Random float32 numbers that are functions of a seed, a draw, a stream and their position, by
 * Philox4x32-10 (Salmon and others, SC 2011), so that any part of a tensor can be filled by itself.
 *
 * <p>Bound by its 20 multiplications an element; scalar code, since uniform numbers are a small
 * part of a step and normal ones need double precision.
 */
public final class CounterRandomF32 {
  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final long LOW = 0xFFFFFFFFL;

  /** Fills elements [first, last) with numbers in [0, 1) of 24 random bits. */
  public static void uniform(long seed, long draw, long stream, long dst, long first, long last) {
    fill(false, seed, draw, stream, dst, first, last);
  }

  /** Fills elements [first, last) with numbers of the standard normal distribution. */
  public static void normal(long seed, long draw, long stream, long dst, long first, long last) {
    fill(true, seed, draw, stream, dst, first, last);
  }

  private static void fill(
      boolean normal, long seed, long draw, long stream, long dst, long first, long last) {
    int c3 = (int) stream ^ (int) (draw >>> 32);
    for (long i = first; i < last; i++) {
      int a = (int) i;
      int b = (int) (i >>> 32);
      int c = (int) draw;
      int d = c3;
      int k0 = (int) seed;
      int k1 = (int) (seed >>> 32);
      for (int round = 0; round < 10; round++) {
        long p0 = M0 * (a & LOW);
        long p1 = M1 * (c & LOW);
        a = (int) (p1 >>> 32) ^ b ^ k0;
        b = (int) p1;
        c = (int) (p0 >>> 32) ^ d ^ k1;
        d = (int) p0;
        k0 += W0;
        k1 += W1;
      }
      float number = normal ? normal(a, b, c, d) : (a >>> 8) * 0x1p-24f;
      Memory.ALL.set(Memory.F32, dst + 4 * i, number);
    }
  }

  /** Box and Muller's transform; 1 - u is never 0. */
  private static float normal(int a, int b, int c, int d) {
    double radius = Math.sqrt(-2 * Math.log(1 - unit(a, b)));
    return (float) (radius * Math.cos(2 * Math.PI * unit(c, d)));
  }

  private static double unit(int high, int low) {
    return ((high & LOW) << 21 | (low & LOW) >>> 11) * 0x1p-53;
  }

  private CounterRandomF32() {}
}
