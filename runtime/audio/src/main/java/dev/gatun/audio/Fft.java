package dev.gatun.audio;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Discrete Fourier transform of complex numbers, any length, in double precision.
 *
 * <p>Lengths are taken apart into their prime factors, fours first (Stockham's form of Cooley and
 * Tukey: every pass reads one array and writes the other, in order). Lengths with a prime factor
 * above {@value #LARGEST} become a convolution of a power of two (Bluestein 1970).
 *
 * <p>Not thread-safe: it holds the second array.
 */
final class Fft {
  private static final int LARGEST = 31;

  private final int length;
  private final int[] factors;
  private final double[] cos;
  private final double[] sin;
  private final double[] re2;
  private final double[] im2;
  private final @Nullable Chirp chirp;

  Fft(int length) {
    if (length < 1) {
      throw new AudioException("a Fourier transform needs a length of at least 1, got " + length);
    }
    this.length = length;
    factors = factors(length);
    boolean large = factors.length > 0 && factors[factors.length - 1] > LARGEST;
    chirp = large ? new Chirp(length) : null;
    int n = large ? 0 : length;
    cos = new double[n];
    sin = new double[n];
    for (int i = 0; i < n; i++) {
      cos[i] = Math.cos(2 * Math.PI * i / length);
      sin[i] = -Math.sin(2 * Math.PI * i / length);
    }
    re2 = new double[n];
    im2 = new double[n];
  }

  private static int[] factors(int length) {
    int[] found = new int[32];
    int count = 0;
    int left = length;
    while (left % 4 == 0) {
      found[count++] = 4;
      left /= 4;
    }
    for (int p = 2; left > 1; p++) {
      if ((long) p * p > left) {
        p = left;
      }
      while (left % p == 0) {
        found[count++] = p;
        left /= p;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** Transforms in place: {@code X[k] = sum of x[t] exp(-2 pi i k t / length)}. */
  void forward(double[] re, double[] im) {
    if (chirp != null) {
      chirp.forward(re, im);
      return;
    }
    double[] fromRe = re;
    double[] fromIm = im;
    double[] toRe = re2;
    double[] toIm = im2;
    int n = length;
    int stride = 1;
    for (int p : factors) {
      switch (p) {
        case 2 -> two(fromRe, fromIm, toRe, toIm, n / 2, stride);
        case 4 -> four(fromRe, fromIm, toRe, toIm, n / 4, stride);
        default -> any(p, fromRe, fromIm, toRe, toIm, n / p, stride);
      }
      double[] swapRe = fromRe;
      double[] swapIm = fromIm;
      fromRe = toRe;
      fromIm = toIm;
      toRe = swapRe;
      toIm = swapIm;
      n /= p;
      stride *= p;
    }
    if (factors.length % 2 != 0) { // the last pass wrote the second array
      System.arraycopy(fromRe, 0, re, 0, length);
      System.arraycopy(fromIm, 0, im, 0, length);
    }
  }

  /** The inverse, divided by the length. */
  void inverse(double[] re, double[] im) {
    forward(im, re); // exchanging the parts conjugates before and after
    for (int i = 0; i < length; i++) {
      re[i] /= length;
      im[i] /= length;
    }
  }

  /** One pass by two: m groups of {@code stride} neighbours; the table's angle step is stride. */
  private void two(double[] re, double[] im, double[] toRe, double[] toIm, int m, int stride) {
    int half = m * stride;
    for (int k = 0; k < m; k++) {
      double c = cos[k * stride];
      double s = sin[k * stride];
      int from = k * stride;
      int to = 2 * k * stride;
      for (int q = 0; q < stride; q++) {
        double aRe = re[from + q];
        double aIm = im[from + q];
        double bRe = re[from + q + half];
        double bIm = im[from + q + half];
        toRe[to + q] = aRe + bRe;
        toIm[to + q] = aIm + bIm;
        double dRe = aRe - bRe;
        double dIm = aIm - bIm;
        toRe[to + q + stride] = dRe * c - dIm * s;
        toIm[to + q + stride] = dRe * s + dIm * c;
      }
    }
  }

  private void four(double[] re, double[] im, double[] toRe, double[] toIm, int m, int stride) {
    int quarter = m * stride;
    for (int k = 0; k < m; k++) {
      int angle = k * stride;
      double c1 = cos[angle];
      double s1 = sin[angle];
      double c2 = cos[2 * angle];
      double s2 = sin[2 * angle];
      double c3 = cos[3 * angle];
      double s3 = sin[3 * angle];
      int from = k * stride;
      int to = 4 * k * stride;
      for (int q = 0; q < stride; q++) {
        int i = from + q;
        double sumRe = re[i] + re[i + 2 * quarter];
        double sumIm = im[i] + im[i + 2 * quarter];
        double difRe = re[i] - re[i + 2 * quarter];
        double difIm = im[i] - im[i + 2 * quarter];
        double oddRe = re[i + quarter] + re[i + 3 * quarter];
        double oddIm = im[i + quarter] + im[i + 3 * quarter];
        double turnRe = im[i + quarter] - im[i + 3 * quarter]; // -i times the difference
        double turnIm = re[i + 3 * quarter] - re[i + quarter];
        int o = to + q;
        toRe[o] = sumRe + oddRe;
        toIm[o] = sumIm + oddIm;
        double aRe = difRe + turnRe;
        double aIm = difIm + turnIm;
        toRe[o + stride] = aRe * c1 - aIm * s1;
        toIm[o + stride] = aRe * s1 + aIm * c1;
        double bRe = sumRe - oddRe;
        double bIm = sumIm - oddIm;
        toRe[o + 2 * stride] = bRe * c2 - bIm * s2;
        toIm[o + 2 * stride] = bRe * s2 + bIm * c2;
        double dRe = difRe - turnRe;
        double dIm = difIm - turnIm;
        toRe[o + 3 * stride] = dRe * c3 - dIm * s3;
        toIm[o + 3 * stride] = dRe * s3 + dIm * c3;
      }
    }
  }

  /** One pass by any factor, by the definition. */
  private void any(
      int p, double[] re, double[] im, double[] toRe, double[] toIm, int m, int stride) {
    int part = m * stride;
    int turn = length / p;
    for (int k = 0; k < m; k++) {
      for (int j = 0; j < p; j++) {
        int to = (p * k + j) * stride;
        for (int q = 0; q < stride; q++) {
          toRe[to + q] = re[k * stride + q];
          toIm[to + q] = im[k * stride + q];
        }
        for (int r = 1; r < p; r++) {
          double c = cos[r * j % p * turn];
          double s = sin[r * j % p * turn];
          int from = k * stride + r * part;
          for (int q = 0; q < stride; q++) {
            toRe[to + q] += re[from + q] * c - im[from + q] * s;
            toIm[to + q] += re[from + q] * s + im[from + q] * c;
          }
        }
        double c = cos[k * j * stride];
        double s = sin[k * j * stride];
        for (int q = 0; q < stride; q++) {
          double x = toRe[to + q];
          double y = toIm[to + q];
          toRe[to + q] = x * c - y * s;
          toIm[to + q] = x * s + y * c;
        }
      }
    }
  }

  /** A transform as a convolution with a chirp, done by transforms of a power of two. */
  private static final class Chirp {
    private final int length;
    private final double[] cos;
    private final double[] sin;
    private final double[] filterRe;
    private final double[] filterIm;
    private final Fft padded;

    Chirp(int length) {
      this.length = length;
      int size = Integer.highestOneBit(2 * length - 2) * 2;
      padded = new Fft(size);
      cos = new double[length];
      sin = new double[length];
      filterRe = new double[size];
      filterIm = new double[size];
      for (int i = 0; i < length; i++) {
        // i * i modulo the period keeps the angle exact.
        double angle = Math.PI * ((long) i * i % (2L * length)) / length;
        cos[i] = Math.cos(angle);
        sin[i] = -Math.sin(angle);
        filterRe[i] = cos[i];
        filterIm[i] = -sin[i];
        filterRe[(size - i) % size] = cos[i];
        filterIm[(size - i) % size] = -sin[i];
      }
      padded.forward(filterRe, filterIm);
    }

    void forward(double[] re, double[] im) {
      double[] x = new double[filterRe.length];
      double[] y = new double[filterRe.length];
      for (int i = 0; i < length; i++) {
        x[i] = re[i] * cos[i] - im[i] * sin[i];
        y[i] = re[i] * sin[i] + im[i] * cos[i];
      }
      padded.forward(x, y);
      for (int i = 0; i < x.length; i++) {
        double a = x[i] * filterRe[i] - y[i] * filterIm[i];
        y[i] = x[i] * filterIm[i] + y[i] * filterRe[i];
        x[i] = a;
      }
      padded.inverse(x, y);
      for (int i = 0; i < length; i++) {
        re[i] = x[i] * cos[i] - y[i] * sin[i];
        im[i] = x[i] * sin[i] + y[i] * cos[i];
      }
    }
  }
}
