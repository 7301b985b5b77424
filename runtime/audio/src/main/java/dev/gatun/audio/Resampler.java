package dev.gatun.audio;

import java.math.BigInteger;

/**
 * Another sample rate, band-limited: each new sample is a sum of the old ones under a sinc with a
 * Kaiser window ({@value #CROSSINGS} zero crossings to each side).
 *
 * <p>Frequencies up to 0.88 of half the lower rate pass within 1e-5, those from half the lower rate
 * on are 108 dB down; before the beginning and behind the end there is silence. The sound keeps its
 * length in time: ceil(length * to / from) samples.
 */
public final class Resampler {
  private static final int CROSSINGS = 64;

  /** Of the Kaiser window: 118 dB, and with 64 crossings a transition of 12 % of the band. */
  private static final double BETA = 12;

  /** The middle of the transition, as a part of half the lower rate. */
  private static final double CUTOFF = 0.94;

  /** Doubles in a table of all weights; beyond it weights are computed as they are needed. */
  private static final long TABLE = 1 << 21;

  private final long from;
  private final long to;
  private final double band;
  private final int reach;
  private final double[][] phases;

  /** For sound of rate {@code from}, in Hz. */
  public Resampler(int from, int to) {
    if (from < 1 || to < 1 || (long) from > 1000L * to || (long) to > 1000L * from) {
      throw new AudioException(
          "cannot resample from "
              + from
              + " to "
              + to
              + " Hz; rates are positive and at most 1000 times as high as the other one");
    }
    long divisor = BigInteger.valueOf(from).gcd(BigInteger.valueOf(to)).longValue();
    this.from = from / divisor;
    this.to = to / divisor;
    band = Math.min(1, to / (double) from);
    reach = (int) Math.ceil(CROSSINGS / band);
    boolean table = this.to * 2 * reach <= TABLE;
    phases = new double[table ? (int) this.to : 0][];
    for (int p = 0; p < phases.length; p++) {
      phases[p] = weights(p);
    }
  }

  /** Weights of the 2 * reach old samples around a new one that lies p / to behind an old one. */
  private double[] weights(long p) {
    double[] weights = new double[2 * reach];
    double behind = p / (double) to;
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double x = (behind + reach - 1 - i) * band;
      double inside = 1 - x * x / (CROSSINGS * (double) CROSSINGS);
      if (inside > 0) {
        double angle = Math.PI * x * CUTOFF;
        double sinc = x == 0 ? 1 : Math.sin(angle) / angle;
        weights[i] = sinc * bessel(BETA * Math.sqrt(inside));
      }
      sum += weights[i];
    }
    // What does not change must not: each phase passes a constant exactly.
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /** The modified Bessel function of the first kind and order zero. */
  private static double bessel(double x) {
    double quarter = x * x / 4;
    double term = 1;
    double sum = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
      term *= quarter / ((double) k * k);
      sum += term;
    }
    return sum;
  }

  /** The same sound at the other rate. */
  public float[] apply(float[] sound) {
    long length = Math.ceilDiv(sound.length * to, from);
    if (length > Integer.MAX_VALUE - 16) {
      throw new AudioException(
          sound.length + " samples become " + length + ", more than an array holds");
    }
    float[] result = new float[(int) length];
    for (int t = 0; t < result.length; t++) {
      long at = t * from;
      long phase = at % to;
      double[] weights = phases.length > 0 ? phases[(int) phase] : weights(phase);
      long first = at / to - reach + 1;
      int begin = (int) Math.max(0, -first);
      int end = (int) Math.min(weights.length, sound.length - first);
      double sum = 0;
      for (int i = begin; i < end; i++) {
        sum += weights[i] * sound[(int) (first + i)];
      }
      result[t] = (float) sum;
    }
    return result;
  }
}
