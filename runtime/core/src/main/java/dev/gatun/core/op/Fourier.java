package dev.gatun.core.op;

/**
 * The discrete Fourier transform of a sequence of any length: halved as long as it is even (Cooley
 * and Tukey), by the definition below that. No faster than it must be for reference code.
 */
final class Fourier {
  private final int length;
  private final double[] cos;
  private final double[] sin;

  /** Prepares transforms of a length; {@code inverse} turns the other way, without the division. */
  Fourier(int length, boolean inverse) {
    this.length = length;
    cos = new double[length];
    sin = new double[length];
    for (int i = 0; i < length; i++) {
      double angle = (inverse ? 2 : -2) * Math.PI * i / length;
      cos[i] = Math.cos(angle);
      sin[i] = Math.sin(angle);
    }
  }

  /** Transforms in place. */
  void transform(double[] real, double[] imaginary) {
    transform(real, imaginary, length);
  }

  private void transform(double[] re, double[] im, int n) {
    if (n < 2) {
      return;
    }
    if (n % 2 != 0) {
      direct(re, im, n);
      return;
    }
    int half = n / 2;
    double[] evenRe = new double[half];
    double[] evenIm = new double[half];
    double[] oddRe = new double[half];
    double[] oddIm = new double[half];
    for (int i = 0; i < half; i++) {
      evenRe[i] = re[2 * i];
      evenIm[i] = im[2 * i];
      oddRe[i] = re[2 * i + 1];
      oddIm[i] = im[2 * i + 1];
    }
    transform(evenRe, evenIm, half);
    transform(oddRe, oddIm, half);
    int step = length / n;
    for (int i = 0; i < half; i++) {
      double c = cos[i * step];
      double s = sin[i * step];
      double x = oddRe[i] * c - oddIm[i] * s;
      double y = oddRe[i] * s + oddIm[i] * c;
      re[i] = evenRe[i] + x;
      im[i] = evenIm[i] + y;
      re[i + half] = evenRe[i] - x;
      im[i + half] = evenIm[i] - y;
    }
  }

  private void direct(double[] re, double[] im, int n) {
    double[] x = re.clone();
    double[] y = im.clone();
    int step = length / n;
    for (int k = 0; k < n; k++) {
      double a = 0;
      double b = 0;
      for (int i = 0; i < n; i++) {
        int at = (int) ((long) i * k % n) * step;
        a += x[i] * cos[at] - y[i] * sin[at];
        b += x[i] * sin[at] + y[i] * cos[at];
      }
      re[k] = a;
      im[k] = b;
    }
  }
}
