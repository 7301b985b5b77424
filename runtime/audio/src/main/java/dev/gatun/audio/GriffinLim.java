package dev.gatun.audio;

import java.util.random.RandomGenerator;

/**
 * Sound of magnitudes alone: phases are guessed and made consistent by transforming to and fro
 * (Griffin and Lim 1984), with the momentum of Perraudin and others (2013).
 *
 * @param stft the transform that gave the magnitudes
 * @param iterations how often
 * @param momentum 0 for the plain algorithm, below 1
 */
public record GriffinLim(Stft stft, int iterations, double momentum) {
  /** Checked. */
  public GriffinLim {
    if (iterations < 1 || !(momentum >= 0 && momentum < 1)) {
      throw new AudioException(
          "Griffin-Lim needs iterations and a momentum from 0 to less than 1, got "
              + iterations
              + " and "
              + momentum);
    }
  }

  /** With the usual momentum. */
  public static GriffinLim of(Stft stft, int iterations) {
    return new GriffinLim(stft, iterations, 0.99);
  }

  /** Sound of these magnitudes; the first phases are drawn from {@code random}. */
  public float[] apply(Features magnitude, int length, RandomGenerator random) {
    int frames = magnitude.frames();
    int bins = magnitude.size();
    double[][] re = new double[frames][bins];
    double[][] im = new double[frames][bins];
    for (int t = 0; t < frames; t++) {
      for (int k = 0; k < bins; k++) {
        double angle = 2 * Math.PI * random.nextDouble();
        re[t][k] = Math.cos(angle);
        im[t][k] = Math.sin(angle);
      }
    }
    Spectrum earlier = new Spectrum(new double[frames][bins], new double[frames][bins]);
    for (int i = 0; i < iterations; i++) {
      Spectrum now = stft.transform(stft.inverse(scaled(magnitude, re, im), length));
      if (now.frames() != frames) {
        throw new AudioException(
            length + " samples have " + now.frames() + " frames, the magnitudes " + frames);
      }
      double back = momentum / (1 + momentum);
      for (int t = 0; t < frames; t++) {
        for (int k = 0; k < bins; k++) {
          re[t][k] = now.re(t)[k] - back * earlier.re(t)[k];
          im[t][k] = now.im(t)[k] - back * earlier.im(t)[k];
        }
      }
      earlier = now;
    }
    return stft.inverse(scaled(magnitude, re, im), length);
  }

  /** The magnitudes with the phases of {@code re, im}. */
  private static Spectrum scaled(Features magnitude, double[][] re, double[][] im) {
    double[][] x = new double[re.length][];
    double[][] y = new double[re.length][];
    for (int t = 0; t < re.length; t++) {
      x[t] = new double[re[t].length];
      y[t] = new double[re[t].length];
      for (int k = 0; k < x[t].length; k++) {
        double scale = magnitude.get(t, k) / (Math.hypot(re[t][k], im[t][k]) + 1e-16);
        x[t][k] = re[t][k] * scale;
        y[t][k] = im[t][k] * scale;
      }
    }
    return new Spectrum(x, y);
  }

  /** How far magnitudes of a sound are from the wanted ones, relative to those. */
  public double error(Features magnitude, float[] sound) {
    Features actual = stft.transform(sound).magnitude();
    double wrong = 0;
    double all = 0;
    for (int t = 0; t < magnitude.frames(); t++) {
      for (int k = 0; k < magnitude.size(); k++) {
        double difference = actual.get(t, k) - magnitude.get(t, k);
        wrong += difference * difference;
        all += magnitude.get(t, k) * magnitude.get(t, k);
      }
    }
    return Math.sqrt(wrong / all);
  }
}
