package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resampling against sinusoids, which are known at every rate. */
class ResamplerTests {
  private static float[] sine(double hertz, int rate, int length) {
    float[] sound = new float[length];
    for (int t = 0; t < length; t++) {
      sound[t] = (float) Math.sin(2 * Math.PI * hertz * t / rate + 0.3);
    }
    return sound;
  }

  /** The largest difference away from the ends, where there is silence outside. */
  private static double error(float[] actual, float[] expected, int margin) {
    double largest = 0;
    for (int t = margin; t < actual.length - margin; t++) {
      largest = Math.max(largest, Math.abs(actual[t] - expected[t]));
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({
    "8000, 16000",
    "16000, 8000",
    "44100, 16000",
    "48000, 16000",
    "22050, 16000",
    "11025, 44100",
    "16000, 44101", // every weight its own: no table
    "16001, 16000",
    "7, 5"
  })
  void sinusoidsKeepTheirFormAndHighOnesVanish(int from, int to) {
    int low = Math.min(from, to);
    int length = (int) Math.ceil(600.0 * from / low);
    int margin = (int) Math.ceil(70.0 * to / low);
    Resampler resampler = new Resampler(from, to);
    for (double part : new double[] {0, 0.01, 0.3, 0.6, 0.8, 0.88}) {
      double hertz = part * low / 2;
      float[] actual = resampler.apply(sine(hertz, from, length));
      assertEquals(Math.ceilDiv((long) length * to, from), actual.length);
      double error = error(actual, sine(hertz, to, actual.length), margin);
      assertTrue(error < 1e-5, () -> "at " + part + " of the band: " + error);
    }
    if (from > to) {
      for (double part : new double[] {1.0, 1.2, 2.5}) {
        double hertz = part * to / 2;
        if (hertz < from / 2.0) {
          float[] actual = resampler.apply(sine(hertz, from, length));
          double left = error(actual, new float[actual.length], margin);
          assertTrue(left < 4e-6, () -> "at " + part + " of the band: " + left);
        }
      }
    }
  }

  @Test
  void mirrorsOfHighFrequenciesAreNotHeard() {
    // 8 kHz to 16 kHz: a tone at 3.5 kHz must not appear at 4.5 kHz too.
    float[] up = new Resampler(8000, 16000).apply(sine(3500, 8000, 4000));
    Features power = Stft.of(2048, 512).with(Edges.NONE).transform(up).magnitude();
    int mirror = (int) Math.round(4500.0 * 2048 / 16000);
    int tone = (int) Math.round(3500.0 * 2048 / 16000);
    assertTrue(power.get(3, mirror) < 1e-5 * power.get(3, tone), "" + power.get(3, mirror));
  }

  @Test
  void constantsStayExactlyConstant() {
    float[] ones = new float[1000];
    java.util.Arrays.fill(ones, 0.75f);
    float[] actual = new Resampler(44100, 16000).apply(ones);
    for (int t = 70; t < actual.length - 70; t++) {
      assertEquals(0.75f, actual[t], 1e-7f);
    }
  }

  @Test
  void oddLengthsAndRefusals() {
    assertEquals(0, new Resampler(3, 2).apply(new float[0]).length);
    assertEquals(1, new Resampler(3, 2).apply(new float[1]).length);
    Sound sound = Sound.of(8000, new float[] {1, 2, 3});
    assertSame(sound, sound.resampled(8000));
    assertEquals(6, sound.resampled(16000).length());
    assertArrayEquals(new float[] {2, 3}, sound.slice(1, 3).channel(0));
    assertTrue(Failure.of(() -> new Resampler(1, 5000)).contains("1000 times"));
    assertTrue(Failure.of(() -> new Resampler(0, 5)).contains("from 0 to 5"));
    assertTrue(Failure.of(() -> Sound.of(8000)).contains("channel"));
    assertTrue(Failure.of(() -> Sound.of(0, new float[1])).contains("1 Hz"));
    assertTrue(Failure.of(() -> Sound.of(1, new float[1], new float[2])).contains("1 and 2"));
    assertTrue(Failure.of(() -> sound.slice(2, 4)).contains("within the 3"));
  }
}
