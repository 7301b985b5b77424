package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/** Overlapping triangles over frequencies, even in heard pitch. */
public final class MelFilters {
  private final double[][] weights;
  private final int[] first;
  private final int[] end;

  /** As librosa and Whisper: Slaney's scale, unit areas, from 0 Hz to half the sample rate. */
  public static MelFilters of(int sampleRate, int size, int mels) {
    return new MelFilters(sampleRate, size, mels, MelScale.SLANEY, 0, sampleRate / 2.0, true);
  }

  /**
   * Filters.
   *
   * @param size samples of the transform, which has size / 2 + 1 frequencies
   * @param low where the first triangle begins, in Hz
   * @param high where the last one ends
   * @param unitArea whether each triangle has the area one over Hz (Slaney) or the height one (HTK)
   */
  public MelFilters(
      int sampleRate,
      int size,
      int mels,
      MelScale scale,
      double low,
      double high,
      boolean unitArea) {
    if (mels < 1 || size < 2 || sampleRate < 2 || !(low >= 0 && low < high)) {
      throw new AudioException(
          "there are no "
              + mels
              + " mel filters from "
              + low
              + " to "
              + high
              + " Hz for transforms of "
              + size
              + " samples at "
              + sampleRate
              + " Hz");
    }
    weights = new double[mels][size / 2 + 1];
    first = new int[mels];
    end = new int[mels];
    double[] edges = new double[mels + 2];
    double from = scale.toMel(low);
    double step = (scale.toMel(high) - from) / (mels + 1);
    Arrays.setAll(edges, m -> scale.toHertz(from + m * step));
    for (int m = 0; m < mels; m++) {
      double height = unitArea ? 2 / (edges[m + 2] - edges[m]) : 1;
      first[m] = weights[m].length;
      for (int k = 0; k < weights[m].length; k++) {
        double hertz = (double) k * sampleRate / size;
        double up = (hertz - edges[m]) / (edges[m + 1] - edges[m]);
        double down = (edges[m + 2] - hertz) / (edges[m + 2] - edges[m + 1]);
        weights[m][k] = height * Math.max(0, Math.min(up, down));
        if (weights[m][k] > 0) {
          first[m] = Math.min(first[m], k);
          end[m] = k + 1;
        }
      }
    }
  }

  /** Number of filters. */
  public int mels() {
    return weights.length;
  }

  /** Filters that lie between two frequencies and thus are zero: fewer filters or longer frames. */
  public int empty() {
    int empty = 0;
    for (int e : end) {
      empty += e == 0 ? 1 : 0;
    }
    return empty;
  }

  /** The filters, float32 [mels, frequencies]. */
  public Tensor tensor() {
    float[] values = new float[weights.length * weights[0].length];
    int at = 0;
    for (double[] row : weights) {
      for (double value : row) {
        values[at++] = (float) value;
      }
    }
    return Tensor.of(values, weights.length, weights[0].length);
  }

  /** Filtered powers. */
  public Features apply(Features power) {
    if (power.size() != weights[0].length) {
      throw new AudioException(
          "filters for " + weights[0].length + " frequencies, a spectrum of " + power.size());
    }
    double[][] mel = new double[power.frames()][weights.length];
    for (int t = 0; t < mel.length; t++) {
      double[] row = power.row(t);
      for (int m = 0; m < weights.length; m++) {
        double[] filter = weights[m];
        double sum = 0;
        for (int k = first[m]; k < end[m]; k++) {
          sum += filter[k] * row[k];
        }
        mel[t][m] = sum;
      }
    }
    return new Features(mel);
  }

  /** The largest weight of any filter. */
  double largest() {
    double largest = 0;
    for (double[] row : weights) {
      for (double value : row) {
        largest = Math.max(largest, value);
      }
    }
    return largest;
  }

  /**
   * Powers of frequencies that have about these filtered powers: the least squares among powers
   * that are not negative, by multiplicative updates (Lee and Seung 2001, with the filters fixed).
   *
   * @param mel filtered powers
   * @param rounds of updates
   */
  public Features inverse(Features mel, int rounds) {
    if (mel.size() != weights.length) {
      throw new AudioException(weights.length + " filters, frames of " + mel.size());
    }
    double[][] power = new double[mel.frames()][];
    for (int t = 0; t < power.length; t++) {
      power[t] = inverse(mel.row(t), rounds);
    }
    return new Features(power);
  }

  private double[] inverse(double[] wanted, int rounds) {
    double[] target = across(wanted);
    double[] power = target.clone();
    double[] mel = new double[weights.length];
    for (int round = 0; round < rounds; round++) {
      for (int m = 0; m < mel.length; m++) {
        mel[m] = 0;
        for (int k = first[m]; k < end[m]; k++) {
          mel[m] += weights[m][k] * power[k];
        }
      }
      double[] now = across(mel);
      for (int k = 0; k < power.length; k++) {
        power[k] = now[k] > 0 ? power[k] * target[k] / now[k] : 0;
      }
    }
    return power;
  }

  /** The transposed filters times filtered powers. */
  private double[] across(double[] mel) {
    double[] sums = new double[weights[0].length];
    for (int m = 0; m < mel.length; m++) {
      for (int k = first[m]; k < end[m]; k++) {
        sums[k] += weights[m][k] * mel[m];
      }
    }
    return sums;
  }
}
