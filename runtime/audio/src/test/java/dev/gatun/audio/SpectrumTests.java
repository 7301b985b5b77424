package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transforms against their definition, and back again. */
class SpectrumTests {
  /** The definition, term by term. */
  private static double[][] slow(double[] re, double[] im) {
    int n = re.length;
    double[][] sum = new double[2][n];
    for (int k = 0; k < n; k++) {
      for (int t = 0; t < n; t++) {
        double angle = -2 * Math.PI * ((long) k * t % n) / n;
        sum[0][k] += re[t] * Math.cos(angle) - im[t] * Math.sin(angle);
        sum[1][k] += re[t] * Math.sin(angle) + im[t] * Math.cos(angle);
      }
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 25, 30, 31, 32, 37, 49, 64, 74, 97, 210, 400, 401,
        512, 1024, 1369, 2000
      })
  void transformsAreThoseOfTheDefinition(int n) {
    Random random = new Random(n);
    double[] re = random.doubles(n, -1, 1).toArray();
    double[] im = random.doubles(n, -1, 1).toArray();
    double[][] expected = slow(re, im);
    double[] x = re.clone();
    double[] y = im.clone();
    Fft fft = new Fft(n);
    fft.forward(x, y);
    assertArrayEquals(expected[0], x, 1e-12 * n, "real");
    assertArrayEquals(expected[1], y, 1e-12 * n, "imaginary");
    fft.inverse(x, y);
    assertArrayEquals(re, x, 1e-12);
    assertArrayEquals(im, y, 1e-12);

    double[][] real = slow(re, new double[n]);
    RealFft half = new RealFft(n);
    double[] halfRe = new double[half.bins()];
    double[] halfIm = new double[half.bins()];
    half.forward(re, halfRe, halfIm);
    for (int k = 0; k < half.bins(); k++) {
      assertEquals(real[0][k], halfRe[k], 1e-12 * n, "real part " + k);
      assertEquals(real[1][k], halfIm[k], 1e-12 * n, "imaginary part " + k);
    }
    double[] back = new double[n];
    half.inverse(halfRe, halfIm, back);
    assertArrayEquals(re, back, 1e-12);
  }

  private static float[] noise(int length) {
    Random random = new Random(length);
    float[] sound = new float[length];
    for (int i = 0; i < length; i++) {
      sound[i] = (float) random.nextGaussian();
    }
    return sound;
  }

  @ParameterizedTest
  @EnumSource(Edges.class)
  void framesAreTransformsOfWindows(Edges edges) {
    float[] sound = noise(301);
    for (int[] sizes : new int[][] {{64, 16, 64}, {63, 20, 63}, {64, 31, 40}, {50, 7, 33}}) {
      int size = sizes[0];
      Stft stft = Stft.of(size, sizes[1]).with(Window.HAMMING, sizes[2]).with(edges);
      Spectrum spectrum = stft.transform(sound);
      assertEquals(stft.frames(sound.length), spectrum.frames());
      int lead = edges == Edges.NONE ? 0 : size / 2;
      double[] window = Window.HAMMING.values(sizes[2]);
      for (int t = 0; t < spectrum.frames(); t++) {
        double[] frame = new double[size];
        for (int i = 0; i < sizes[2]; i++) {
          int at = t * sizes[1] - lead + (size - sizes[2]) / 2 + i;
          int mirrored = at < 0 ? -at : at >= sound.length ? 2 * sound.length - 2 - at : at;
          boolean outside = at < 0 || at >= sound.length;
          double value = outside && edges == Edges.SILENCE ? 0 : sound[mirrored];
          frame[(size - sizes[2]) / 2 + i] = window[i] * value;
        }
        double[][] expected = slow(frame, new double[size]);
        for (int k = 0; k < spectrum.bins(); k++) {
          assertEquals(expected[0][k], spectrum.re(t)[k], 1e-10);
          assertEquals(expected[1][k], spectrum.im(t)[k], 1e-10);
        }
      }
      assertEquals(Shape.of(spectrum.bins(), spectrum.frames()), spectrum.real().shape());
      assertEquals(
          (float) spectrum.im(1)[2], spectrum.imaginary().getFloat(2L * spectrum.frames() + 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Edges.class)
  void soundComesBackFromItsSpectrum(Edges edges) {
    float[] sound = noise(5000);
    for (int hop : new int[] {100, 160, 200}) {
      Stft stft = Stft.of(400, hop).with(edges);
      float[] back = stft.inverse(stft.transform(sound), sound.length);
      double signal = 0;
      double rest = 0;
      int margin = edges == Edges.NONE ? 400 : 0; // the window is zero at the very begin
      for (int i = margin; i < sound.length - margin; i++) {
        signal += sound[i] * (double) sound[i];
        rest += Math.pow(sound[i] - (double) back[i], 2);
      }
      double decibels = 10 * Math.log10(signal / rest);
      assertTrue(decibels > 100, () -> "dB: " + decibels);
    }
  }

  @Test
  void windowsAreThePublishedOnes() {
    assertArrayEquals(new double[] {0, 0.5, 1, 0.5}, Window.HANN.values(4), 1e-15);
    assertArrayEquals(new double[] {0.08, 0.54, 1, 0.54}, Window.HAMMING.values(4), 1e-15);
    assertArrayEquals(new double[] {0, 0.34, 1, 0.34}, Window.BLACKMAN.values(4), 1e-15);
    assertArrayEquals(new double[] {1, 1, 1}, Window.RECTANGULAR.values(3), 0);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertTrue(
        Failure.of(() -> Stft.of(400, 160).with(Edges.MIRROR).transform(new float[200]))
            .contains("at least 201"));
    assertTrue(
        Failure.of(() -> Stft.of(400, 160).with(Edges.NONE).transform(new float[399]))
            .contains("too few"));
    assertTrue(Failure.of(() -> Stft.of(400, 160).transform(new float[0])).contains("too few"));
    assertTrue(Failure.of(() -> Stft.of(400, 0)).contains("hop"));
    assertTrue(Failure.of(() -> Stft.of(4, 1).with(Window.HANN, 5)).contains("a window of 5"));
    Spectrum spectrum = Stft.of(64, 16).transform(noise(200));
    assertTrue(Failure.of(() -> Stft.of(32, 16).inverse(spectrum, 200)).contains("17 freq"));
  }

  @Test
  void chirpComesBackFromItsMagnitudes() {
    int length = 16000;
    float[] chirp = new float[length];
    for (int t = 0; t < length; t++) {
      double seconds = t / 16000.0;
      chirp[t] = (float) (0.5 * Math.sin(2 * Math.PI * (200 + 1500 * seconds) * seconds));
    }
    Stft stft = Stft.of(512, 128);
    Features magnitude = stft.transform(chirp).magnitude();
    GriffinLim vocoder = GriffinLim.of(stft, 60);
    float[] sound = vocoder.apply(magnitude, length, new Random(1));
    double error = vocoder.error(magnitude, sound);
    assertTrue(error < 0.15, () -> "spectral convergence " + error);
    assertTrue(Failure.of(() -> GriffinLim.of(stft, 0)).contains("got 0"));
  }
}
