package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Numbers over time: powers, filtered powers, decibels or coefficients, one row a frame. */
public final class Features {
  /** Powers below this count as this: silence has no logarithm. */
  private static final double SILENCE = 1e-10;

  private final double[][] rows;

  /** Takes the array as it is. */
  Features(double[][] rows) {
    this.rows = rows;
  }

  /** Number of frames. */
  public int frames() {
    return rows.length;
  }

  /** Numbers of a frame. */
  public int size() {
    return rows.length == 0 ? 0 : rows[0].length;
  }

  /** One number. */
  public double get(int frame, int i) {
    return rows[frame][i];
  }

  double[] row(int frame) {
    return rows[frame];
  }

  /** Float32 [numbers, frames]. */
  public Tensor tensor() {
    int frames = frames();
    int size = size();
    float[] values = new float[Math.multiplyExact(frames, size)];
    for (int t = 0; t < frames; t++) {
      for (int i = 0; i < size; i++) {
        values[i * frames + t] = (float) rows[t][i];
      }
    }
    return Tensor.of(values, size, frames);
  }

  /** The first frames. */
  public Features first(int count) {
    return new Features(Arrays.copyOf(rows, count));
  }

  /** Each number changed. */
  public Features map(DoubleUnaryOperator change) {
    double[][] changed = new double[frames()][size()];
    for (int t = 0; t < changed.length; t++) {
      for (int i = 0; i < changed[t].length; i++) {
        changed[t][i] = change.applyAsDouble(rows[t][i]);
      }
    }
    return new Features(changed);
  }

  /** The largest number. */
  public double largest() {
    double largest = Double.NEGATIVE_INFINITY;
    for (double[] row : rows) {
      for (double value : row) {
        largest = Math.max(largest, value);
      }
    }
    return largest;
  }

  /** Powers as decibels: 10 log10, at most {@code range} below the largest. */
  public Features decibels(double range) {
    return logarithms(10, range);
  }

  /** Powers as decadic logarithms, at most {@code range} below the largest. */
  public Features logarithms(double range) {
    return logarithms(1, range);
  }

  private Features logarithms(double factor, double range) {
    Features logs = map(x -> factor * Math.log10(Math.max(x, SILENCE)));
    double least = logs.largest() - range;
    return logs.map(x -> Math.max(x, least));
  }

  /**
   * Cepstral coefficients: the orthonormal cosine transform (DCT-II) of each frame, usually of
   * {@link #decibels} of mel filters.
   */
  public Features cepstrum(int coefficients) {
    int n = size();
    if (coefficients < 1 || coefficients > n) {
      throw new AudioException(
          "frames of "
              + n
              + " numbers have 1 to "
              + n
              + " cepstral coefficients, got "
              + coefficients);
    }
    double[][] basis = new double[coefficients][n];
    for (int c = 0; c < coefficients; c++) {
      double norm = Math.sqrt((c == 0 ? 1.0 : 2.0) / n);
      for (int m = 0; m < n; m++) {
        basis[c][m] = norm * Math.cos(Math.PI * c * (2 * m + 1) / (2.0 * n));
      }
    }
    double[][] result = new double[frames()][coefficients];
    for (int t = 0; t < result.length; t++) {
      for (int c = 0; c < coefficients; c++) {
        double sum = 0;
        for (int m = 0; m < n; m++) {
          sum += basis[c][m] * rows[t][m];
        }
        result[t][c] = sum;
      }
    }
    return new Features(result);
  }
}
