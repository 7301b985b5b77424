package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.Failure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Decoding of sound, and its spectrum against the definition. */
class SoundTests {
  private static byte[] wav(int tag, int bits, int channels, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(54 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(46 + data.length);
    out.put("WAVE".getBytes(StandardCharsets.US_ASCII));
    // A part of odd length that nobody knows comes first.
    out.put("note".getBytes(StandardCharsets.US_ASCII)).putInt(1).putShort((short) 7);
    out.put("fmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    out.putShort((short) tag).putShort((short) channels).putInt(8000);
    out.putInt(8000 * channels * bits / 8).putShort((short) (channels * bits / 8));
    out.putShort((short) bits);
    out.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(data.length).put(data);
    return out.array();
  }

  private static float[] decoded(int tag, int bits, byte... data) {
    return Wav.decode("test", wav(tag, bits, 1, data)).samples().toFloats();
  }

  @Test
  void samplesOfEveryWidthAreRead() {
    assertArrayEquals(
        new float[] {-1, 0, 127 / 128f}, decoded(1, 8, (byte) 0, (byte) 128, (byte) 255));
    assertArrayEquals(
        new float[] {-1, 0.5f}, decoded(1, 16, (byte) 0, (byte) 128, (byte) 0, (byte) 64));
    assertArrayEquals(
        new float[] {-1, 1 / 8388608f}, decoded(1, 24, new byte[] {0, 0, (byte) 128, 1, 0, 0}));
    assertArrayEquals(new float[] {0.5f}, decoded(1, 32, new byte[] {0, 0, 0, 64}));
    assertArrayEquals(
        new float[] {0.25f},
        decoded(
            3, 32, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.25f).array()));
    assertArrayEquals(
        new float[] {-2},
        decoded(
            3, 64, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(-2).array()));
    Wav stereo = Wav.decode("test", wav(1, 8, 2, new byte[] {0, (byte) 128, (byte) 128, 0}));
    assertEquals(Shape.of(2, 2), stereo.samples().shape());
    assertArrayEquals(new float[] {-1, 0, 0, -1}, stereo.samples().toFloats());
    assertEquals(8000, stereo.sampleRate());
  }

  @Test
  void damageIsNamed() {
    byte[] good = wav(1, 16, 1, new byte[8]);
    assertTrue(Failure.of(() -> Wav.decode("f", new byte[20])).contains("f: is no WAV file"));
    for (int length = 12; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      String message = Failure.of(() -> Wav.decode("f", cut));
      assertTrue(message.contains("truncated") || message.contains("no sound"), message);
    }
    assertTrue(Failure.of(() -> decoded(7, 8, (byte) 1)).contains("format 7 with 8 bits"));
    assertTrue(Failure.of(() -> decoded(1, 16, (byte) 1)).contains("no multiple of 2"));
    byte[] early = good.clone();
    System.arraycopy("data".getBytes(StandardCharsets.US_ASCII), 0, early, 12, 4);
    assertTrue(Failure.of(() -> Wav.decode("f", early)).contains("before it says"));
  }

  @Test
  void transformIsThatOfTheDefinition() {
    Random random = new Random(11);
    for (int n : new int[] {1, 2, 3, 4, 5, 7, 8, 12, 30, 49, 97, 400, 1024}) {
      double[] re = random.doubles(n, -1, 1).toArray();
      double[] im = random.doubles(n, -1, 1).toArray();
      double[] fastRe = re.clone();
      double[] fastIm = im.clone();
      Fourier fourier = new Fourier(n);
      fourier.forward(fastRe, fastIm);
      for (int k = 0; k < n; k++) {
        double sumRe = 0;
        double sumIm = 0;
        for (int t = 0; t < n; t++) {
          double angle = -2 * Math.PI * ((long) k * t % n) / n;
          sumRe += re[t] * Math.cos(angle) - im[t] * Math.sin(angle);
          sumIm += re[t] * Math.sin(angle) + im[t] * Math.cos(angle);
        }
        assertEquals(sumRe, fastRe[k], 1e-11 * n, "length " + n);
        assertEquals(sumIm, fastIm[k], 1e-11 * n, "length " + n);
      }
      fourier.inverse(fastRe, fastIm);
      assertArrayEquals(re, fastRe, 1e-12);
      assertArrayEquals(im, fastIm, 1e-12);
    }
  }

  @Test
  void soundComesBackFromItsSpectrum() {
    Random random = new Random(2);
    float[] sound = new float[5000];
    for (int i = 0; i < sound.length; i++) {
      sound[i] = (float) random.nextGaussian();
    }
    for (int hop : new int[] {100, 160, 200}) {
      Spectrogram spectrogram = new Spectrogram(400, hop, true);
      float[] back = spectrogram.invert(spectrogram.transform(sound), sound.length);
      double signal = 0;
      double noise = 0;
      for (int i = 0; i < sound.length; i++) {
        signal += sound[i] * (double) sound[i];
        noise += Math.pow(sound[i] - (double) back[i], 2);
      }
      assertTrue(10 * Math.log10(signal / noise) > 100, "dB: " + 10 * Math.log10(signal / noise));
    }
    assertTrue(
        Failure.of(() -> new Spectrogram(400, 160, true).transform(new float[200]))
            .contains("too few"));
    assertTrue(Failure.of(() -> new Spectrogram(400, 0, true)).contains("hop"));
    assertTrue(
        Failure.of(() -> new Mel(16000, 512, 40).apply(new double[201][3]))
            .contains("257 frequencies"));
  }
}
