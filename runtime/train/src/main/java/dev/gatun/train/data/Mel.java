package dev.gatun.train.data;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * Mel filters of Slaney's scale and area (what librosa and Whisper use), [mels][frequencies], and
 * the features made of them.
 */
public final class Mel {
  private static final double LINEAR_HZ = 200 / 3.0;
  private static final double LOG_FROM = 1000;
  private static final double LOG_STEP = Math.log(6.4) / 27;

  private final double[][] filters;

  /** Filters from 0 Hz to half the sample rate for transforms of {@code size} samples. */
  public Mel(int sampleRate, int size, int mels) {
    if (mels < 1 || size < 2 || sampleRate < 2) {
      throw new DataException(
          "there are no "
              + mels
              + " mel filters for "
              + size
              + " samples at "
              + sampleRate
              + " Hz");
    }
    int bins = size / 2 + 1;
    filters = new double[mels][bins];
    double[] edges = new double[mels + 2];
    double top = toMel(sampleRate / 2.0);
    for (int m = 0; m < edges.length; m++) {
      edges[m] = toHertz(top * m / (mels + 1));
    }
    for (int m = 0; m < mels; m++) {
      double area = 2 / (edges[m + 2] - edges[m]);
      for (int k = 0; k < bins; k++) {
        double hertz = (double) k * sampleRate / size;
        double up = (hertz - edges[m]) / (edges[m + 1] - edges[m]);
        double down = (edges[m + 2] - hertz) / (edges[m + 2] - edges[m + 1]);
        filters[m][k] = area * Math.max(0, Math.min(up, down));
      }
    }
  }

  private static double toMel(double hertz) {
    return hertz < LOG_FROM
        ? hertz / LINEAR_HZ
        : LOG_FROM / LINEAR_HZ + Math.log(hertz / LOG_FROM) / LOG_STEP;
  }

  private static double toHertz(double mel) {
    double from = LOG_FROM / LINEAR_HZ;
    return mel < from ? mel * LINEAR_HZ : LOG_FROM * Math.exp(LOG_STEP * (mel - from));
  }

  /** The filters, float32 [mels, frequencies]. */
  public Tensor filters() {
    return tensor(filters);
  }

  /** Filtered powers [mels][frames]. */
  public double[][] apply(double[][] power) {
    if (power.length != filters[0].length) {
      throw new DataException(
          "filters for " + filters[0].length + " frequencies, a spectrogram of " + power.length);
    }
    double[][] mel = new double[filters.length][power[0].length];
    for (int m = 0; m < mel.length; m++) {
      for (int k = 0; k < power.length; k++) {
        double weight = filters[m][k];
        if (weight != 0) {
          for (int t = 0; t < mel[m].length; t++) {
            mel[m][t] += weight * power[k][t];
          }
        }
      }
    }
    return mel;
  }

  /**
   * The features of Whisper, float32 [mels, frames]: decadic logarithms, at most 8 below the
   * largest, plus 4, divided by 4. The last frame is left out, as there.
   */
  public Tensor whisper(Spectrogram.Frames frames) {
    double[][] power = frames.power();
    double[][] log = apply(power);
    double largest = Double.NEGATIVE_INFINITY;
    int kept = log[0].length - 1;
    for (double[] row : log) {
      for (int t = 0; t < kept; t++) {
        row[t] = Math.log10(Math.max(row[t], 1e-10));
        largest = Math.max(largest, row[t]);
      }
    }
    double[][] features = new double[log.length][kept];
    for (int m = 0; m < log.length; m++) {
      for (int t = 0; t < kept; t++) {
        features[m][t] = (Math.max(log[m][t], largest - 8) + 4) / 4;
      }
    }
    return tensor(features);
  }

  /**
   * Cepstral coefficients, float32 [coefficients, frames]: an orthonormal cosine transform of
   * decibels, at most 80 below the largest.
   */
  public Tensor cepstrum(Spectrogram.Frames frames, int coefficients) {
    double[][] decibels = apply(frames.power());
    double largest = Double.NEGATIVE_INFINITY;
    for (double[] row : decibels) {
      for (int t = 0; t < row.length; t++) {
        row[t] = 10 * Math.log10(Math.max(row[t], 1e-10));
        largest = Math.max(largest, row[t]);
      }
    }
    int mels = decibels.length;
    double[][] result = new double[coefficients][decibels[0].length];
    for (int c = 0; c < coefficients; c++) {
      double norm = Math.sqrt((c == 0 ? 1.0 : 2.0) / mels);
      for (int m = 0; m < mels; m++) {
        double weight = norm * Math.cos(Math.PI * c * (2 * m + 1) / (2.0 * mels));
        for (int t = 0; t < result[c].length; t++) {
          result[c][t] += weight * Math.max(decibels[m][t], largest - 80);
        }
      }
    }
    return tensor(result);
  }

  private static Tensor tensor(double[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    int at = 0;
    for (double[] row : rows) {
      for (double value : row) {
        values[at++] = (float) value;
      }
    }
    return Pixels.wrap(values, Shape.of(rows.length, rows[0].length));
  }
}
