package dev.gatun.audio;

import java.util.Arrays;

/**
 * Fourier transform of real numbers: the length / 2 + 1 frequencies from zero to half the sample
 * rate. Even lengths are transformed as complex numbers of half the length.
 *
 * <p>Not thread-safe.
 */
final class RealFft {
  private final int length;
  private final Fft fft;
  private final double[] re;
  private final double[] im;
  private final double[] cos;
  private final double[] sin;

  RealFft(int length) {
    this.length = length;
    fft = new Fft(length % 2 == 0 ? length / 2 : length);
    re = new double[length % 2 == 0 ? length / 2 : length];
    im = new double[re.length];
    cos = new double[length / 2 + 1];
    sin = new double[length / 2 + 1];
    for (int k = 0; k < cos.length; k++) {
      cos[k] = Math.cos(2 * Math.PI * k / length);
      sin[k] = Math.sin(2 * Math.PI * k / length);
    }
  }

  int bins() {
    return length / 2 + 1;
  }

  /** Transforms {@code x}; the results have {@link #bins} elements. */
  void forward(double[] x, double[] toRe, double[] toIm) {
    if (length % 2 != 0) {
      System.arraycopy(x, 0, re, 0, length);
      Arrays.fill(im, 0);
      fft.forward(re, im);
      System.arraycopy(re, 0, toRe, 0, bins());
      System.arraycopy(im, 0, toIm, 0, bins());
      return;
    }
    int half = length / 2;
    for (int i = 0; i < half; i++) {
      re[i] = x[2 * i];
      im[i] = x[2 * i + 1];
    }
    fft.forward(re, im);
    for (int k = 0; k <= half; k++) {
      int a = k % half;
      int b = (half - k) % half;
      // The even samples' transform is the sum with the mirrored conjugate, the odd ones' the rest.
      double evenRe = (re[a] + re[b]) / 2;
      double evenIm = (im[a] - im[b]) / 2;
      double oddRe = (im[a] + im[b]) / 2;
      double oddIm = (re[b] - re[a]) / 2;
      toRe[k] = evenRe + oddRe * cos[k] + oddIm * sin[k];
      toIm[k] = evenIm - oddRe * sin[k] + oddIm * cos[k];
    }
  }

  /** The real numbers of {@link #bins} frequencies. */
  void inverse(double[] fromRe, double[] fromIm, double[] x) {
    if (length % 2 != 0) {
      for (int k = 0; k < length; k++) {
        boolean mirrored = k >= bins();
        re[k] = fromRe[mirrored ? length - k : k];
        im[k] = mirrored ? -fromIm[length - k] : k == 0 ? 0 : fromIm[k];
      }
      fft.inverse(re, im);
      System.arraycopy(re, 0, x, 0, length);
      return;
    }
    int half = length / 2;
    for (int k = 0; k < half; k++) {
      double aIm = k == 0 ? 0 : fromIm[k]; // the ends of a real signal's spectrum are real
      double bIm = k == 0 ? 0 : fromIm[half - k];
      double evenRe = (fromRe[k] + fromRe[half - k]) / 2;
      double evenIm = (aIm - bIm) / 2;
      double difRe = (fromRe[k] - fromRe[half - k]) / 2;
      double difIm = (aIm + bIm) / 2;
      double oddRe = difRe * cos[k] - difIm * sin[k];
      double oddIm = difRe * sin[k] + difIm * cos[k];
      re[k] = evenRe - oddIm;
      im[k] = evenIm + oddRe;
    }
    fft.inverse(re, im);
    for (int i = 0; i < half; i++) {
      x[2 * i] = re[i];
      x[2 * i + 1] = im[i];
    }
  }
}
