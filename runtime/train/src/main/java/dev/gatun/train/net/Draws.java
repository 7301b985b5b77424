package dev.gatun.train.net;

import java.nio.charset.StandardCharsets;

/**
 * Random numbers that are the same on every platform and in every version of the JDK: SplitMix64
 * (Steele, Lea and Flood 2014) for bits, Box and Muller's transform in strict arithmetic.
 */
public final class Draws {
  private long state;

  private Draws(long state) {
    this.state = state;
  }

  /** Numbers of a name under a seed; others for every name. */
  static Draws of(long seed, String name) {
    long hash = 0xcbf29ce484222325L; // FNV-1a
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 255)) * 0x100000001b3L;
    }
    return new Draws(mix(seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L) ^ hash);
  }

  /** 64 random bits. */
  public long bits() {
    state += 0x9E3779B97F4A7C15L;
    return mix(state);
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** A number in [0, 1). */
  public double uniform() {
    return (bits() >>> 11) * 0x1p-53;
  }

  /** A number of the standard normal distribution. */
  public double normal() {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - uniform())); // 1 - u is never 0
    return radius * StrictMath.cos(2 * Math.PI * uniform());
  }
}
