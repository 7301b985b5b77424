package dev.gatun.train.data;

/**
 * Discrete Fourier transform of one length, by its prime factors (Cooley and Tukey 1965): the cost
 * is the length times the sum of the factors, so lengths without large primes are fast.
 */
final class Fourier {
  private final int length;
  private final double[] cos;
  private final double[] sin;

  Fourier(int length) {
    this.length = length;
    cos = new double[length];
    sin = new double[length];
    for (int i = 0; i < length; i++) {
      cos[i] = Math.cos(2 * Math.PI * i / length);
      sin[i] = -Math.sin(2 * Math.PI * i / length);
    }
  }

  /** Transforms in place: {@code X[k] = sum of x[t] exp(-2 pi i k t / length)}. */
  void forward(double[] re, double[] im) {
    step(re, im, new double[length], new double[length], 0, length, 1);
  }

  /** The inverse, divided by the length. */
  void inverse(double[] re, double[] im) {
    forward(im, re); // exchanging the parts conjugates before and after
    for (int i = 0; i < length; i++) {
      re[i] /= length;
      im[i] /= length;
    }
  }

  /** Transforms n elements from {@code at}, which are every {@code stride}-th of the whole. */
  private void step(
      double[] re, double[] im, double[] re2, double[] im2, int at, int n, int stride) {
    if (n == 1) {
      return;
    }
    int p = factor(n);
    int m = n / p;
    for (int t = 0; t < n; t++) {
      int to = at + t % p * m + t / p;
      re2[to] = re[at + t];
      im2[to] = im[at + t];
    }
    System.arraycopy(re2, at, re, at, n);
    System.arraycopy(im2, at, im, at, n);
    for (int r = 0; r < p; r++) {
      step(re, im, re2, im2, at + r * m, m, stride * p);
    }
    for (int k = 0; k < n; k++) {
      double sumRe = 0;
      double sumIm = 0;
      for (int r = 0; r < p; r++) {
        int from = at + r * m + k % m;
        int angle = (int) ((long) r * k % n * stride % length);
        sumRe += re[from] * cos[angle] - im[from] * sin[angle];
        sumIm += re[from] * sin[angle] + im[from] * cos[angle];
      }
      re2[at + k] = sumRe;
      im2[at + k] = sumIm;
    }
    System.arraycopy(re2, at, re, at, n);
    System.arraycopy(im2, at, im, at, n);
  }

  private static int factor(int n) {
    for (int p = 2; p * p <= n; p++) {
      if (n % p == 0) {
        return p;
      }
    }
    return n;
  }
}
