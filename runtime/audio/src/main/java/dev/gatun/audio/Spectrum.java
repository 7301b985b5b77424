package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;

/** Complex frequencies of frames, one row a frame. */
public final class Spectrum {
  private final double[][] re;
  private final double[][] im;

  /** Takes the arrays as they are. */
  Spectrum(double[][] re, double[][] im) {
    this.re = re;
    this.im = im;
  }

  /** Number of frames. */
  public int frames() {
    return re.length;
  }

  /** Number of frequencies. */
  public int bins() {
    return re[0].length;
  }

  double[] re(int frame) {
    return re[frame];
  }

  double[] im(int frame) {
    return im[frame];
  }

  /** Real parts, float32 [frequencies, frames]. */
  public Tensor real() {
    return new Features(re).tensor();
  }

  /** Imaginary parts, float32 [frequencies, frames]. */
  public Tensor imaginary() {
    return new Features(im).tensor();
  }

  /** Squared magnitudes. */
  public Features power() {
    double[][] power = new double[frames()][bins()];
    for (int t = 0; t < power.length; t++) {
      for (int k = 0; k < power[t].length; k++) {
        power[t][k] = re[t][k] * re[t][k] + im[t][k] * im[t][k];
      }
    }
    return new Features(power);
  }

  /** Magnitudes. */
  public Features magnitude() {
    return power().map(Math::sqrt);
  }
}
