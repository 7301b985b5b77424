package dev.gatun.audio;

/**
 * Samples in [-1, 1] as levels that lie denser near zero (ITU-T G.711, for any number of levels):
 * f(x) = sign(x) log(1 + mu |x|) / log(1 + mu), cut into equal parts; mu is the number of levels
 * less one. What is louder counts as the loudest.
 */
public record MuLaw(int levels) {
  /** As many levels as a byte has values. */
  public static final MuLaw BYTE = new MuLaw(256);

  /** Checked. */
  public MuLaw {
    if (levels < 2) {
      throw new AudioException("mu-law needs at least two levels, got " + levels);
    }
  }

  /** The level of a sample, from 0 to levels - 1. */
  public int level(double sample) {
    if (Double.isNaN(sample)) {
      throw new AudioException("a sample that is no number has no level");
    }
    double mu = levels - 1.0;
    double x = Math.clamp(sample, -1, 1);
    double f = Math.copySign(Math.log1p(mu * Math.abs(x)) / Math.log1p(mu), x);
    return (int) Math.floor((f + 1) / 2 * mu + 0.5);
  }

  /** The sample in the middle of a level. */
  public double sample(long level) {
    return inverse((double) require(level));
  }

  /** Where a level begins: samples from here to the lower end of the next one belong to it. */
  public double lower(long level) {
    return inverse(require(level) - 0.5);
  }

  private long require(long level) {
    if (level < 0 || level >= levels) {
      throw new AudioException("level " + level + " is none of " + levels);
    }
    return level;
  }

  private double inverse(double place) {
    double mu = levels - 1.0;
    double f = 2 * place / mu - 1;
    return Math.copySign(Math.expm1(Math.abs(f) * Math.log1p(mu)) / mu, f);
  }

  /** Levels of samples. */
  public long[] encode(float[] samples) {
    long[] all = new long[samples.length];
    for (int t = 0; t < all.length; t++) {
      all[t] = level(samples[t]);
    }
    return all;
  }

  /** Samples of levels. */
  public float[] decode(long[] all) {
    float[] samples = new float[all.length];
    for (int t = 0; t < samples.length; t++) {
      samples[t] = (float) sample(all[t]);
    }
    return samples;
  }
}
