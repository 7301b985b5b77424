package dev.gatun.models.speech;

import dev.gatun.audio.MuLaw;

/**
 * The classical model of a waveform: a sample is a weighted sum of those before it and normal noise
 * (least squares). As it is compared with networks of levels, it says how likely the level is, that
 * is, any sample of the level.
 */
final class LinearPrediction {
  private final int order;
  private final double[] weights;
  private final double deviation;

  LinearPrediction(int order, float[] samples) {
    this.order = order;
    double[][] a = new double[order][order + 1];
    for (int t = order; t < samples.length; t++) {
      for (int i = 0; i < order; i++) {
        for (int j = 0; j < order; j++) {
          a[i][j] += (double) samples[t - 1 - i] * samples[t - 1 - j];
        }
        a[i][order] += (double) samples[t - 1 - i] * samples[t];
      }
    }
    for (int i = 0; i < order; i++) {
      a[i][i] *= 1 + 1e-9;
    }
    weights = solved(a);
    double squares = 0;
    for (int t = order; t < samples.length; t++) {
      squares += Math.pow(samples[t] - mean(samples, t), 2);
    }
    deviation = Math.sqrt(squares / (samples.length - order));
  }

  /** Gauss's elimination with pivots. */
  private static double[] solved(double[][] a) {
    int n = a.length;
    for (int column = 0; column < n; column++) {
      int best = column;
      for (int row = column; row < n; row++) {
        best = Math.abs(a[row][column]) > Math.abs(a[best][column]) ? row : best;
      }
      double[] pivot = a[best];
      a[best] = a[column];
      a[column] = pivot;
      for (int row = 0; row < n; row++) {
        double factor = row == column ? 0 : a[row][column] / pivot[column];
        for (int j = column; j <= n && factor != 0; j++) {
          a[row][j] -= factor * pivot[j];
        }
      }
    }
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = a[i][n] / a[i][i];
    }
    return x;
  }

  private double mean(float[] samples, int t) {
    double mean = 0;
    for (int i = 0; i < order; i++) {
      mean += weights[i] * samples[t - 1 - i];
    }
    return mean;
  }

  /** Minus the logarithm of the probability of the levels from sample {@code from} on, a sample. */
  double likelihood(MuLaw law, long[] levels, int from) {
    float[] samples = law.decode(levels);
    double sum = 0;
    for (int t = from; t < levels.length; t++) {
      double mean = mean(samples, t);
      double low = levels[t] == 0 ? 0 : below((law.lower(levels[t]) - mean) / deviation);
      double high =
          levels[t] == law.levels() - 1 ? 1 : below((law.lower(levels[t] + 1) - mean) / deviation);
      sum -= Math.log(Math.max(high - low, 1e-12));
    }
    return sum / (levels.length - from);
  }

  /** The normal distribution, by Simpson's rule from the middle on. */
  static double below(double z) {
    double end = Math.clamp(z, -9, 9);
    int parts = 400;
    double step = end / parts;
    double sum = 0;
    for (int i = 0; i <= parts; i++) {
      double x = i * step;
      sum += Math.exp(-x * x / 2) * (i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return 0.5 + sum * step / 3 / Math.sqrt(2 * Math.PI);
  }
}
