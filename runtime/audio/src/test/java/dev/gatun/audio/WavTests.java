package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** WAV files: bytes by hand, round trips, and damage of every kind. */
class WavTests {
  @TempDir Path directory;

  private static byte[] part(String name, byte... content) {
    return ByteBuffer.allocate(8 + content.length + content.length % 2)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .putInt(content.length)
        .put(content)
        .array();
  }

  private static byte[] format(int tag, int bits, int channels, int rate) {
    int frame = channels * bits / 8;
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) tag)
        .putShort((short) channels)
        .putInt(rate)
        .putInt(rate * frame)
        .putShort((short) frame)
        .putShort((short) bits)
        .array();
  }

  private static byte[] extensible(int tag, int bits, int channels) {
    ByteBuffer out = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    out.put(format(0xfffe, bits, channels, 8000)).putShort((short) 22).putShort((short) bits);
    out.putInt(0).putShort((short) tag);
    out.put(new byte[] {0, 0, 0, 0, 16, 0, -128, 0, 0, -86, 0, 56, -101, 113});
    return out.array();
  }

  private static byte[] file(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
    ByteBuffer out = ByteBuffer.allocate(12 + length).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + length);
    out.put("WAVE".getBytes(StandardCharsets.US_ASCII));
    List.of(parts).forEach(out::put);
    return out.array();
  }

  private static float[] decoded(int tag, int bits, byte... data) {
    byte[] bytes = file(part("fmt ", format(tag, bits, 1, 8000)), part("data", data));
    return Wav.decode("test", bytes).channel(0);
  }

  private static byte[] little(int size, double value) {
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    return (size == 4 ? out.putFloat((float) value) : out.putDouble(value)).array();
  }

  @Test
  void samplesOfEveryWidthAreRead() {
    assertArrayEquals(
        new float[] {-1, 0, 127 / 128f}, decoded(1, 8, (byte) 0, (byte) 128, (byte) -1));
    assertArrayEquals(
        new float[] {-1, 0.5f}, decoded(1, 16, (byte) 0, (byte) 128, (byte) 0, (byte) 64));
    assertArrayEquals(
        new float[] {-1, 1 / 8388608f}, decoded(1, 24, new byte[] {0, 0, (byte) 128, 1, 0, 0}));
    assertArrayEquals(new float[] {0.5f}, decoded(1, 32, new byte[] {0, 0, 0, 64}));
    assertArrayEquals(new float[] {0.25f}, decoded(3, 32, little(4, 0.25)));
    assertArrayEquals(new float[] {-2}, decoded(3, 64, little(8, -2)));
    byte[] three = file(part("fmt ", extensible(1, 24, 1)), part("data", new byte[] {0, 0, 64}));
    assertArrayEquals(new float[] {0.5f}, Wav.decode("test", three).channel(0));
  }

  @Test
  void partsComeInAnyOrder() {
    byte[] format = part("fmt ", format(1, 8, 2, 22050));
    byte[] data = part("data", new byte[] {0, (byte) 128, (byte) 128, 0, 64, 64});
    byte[] odd = part("note", new byte[] {7});
    for (byte[] bytes :
        List.of(
            file(format, data),
            file(odd, format, odd, data, odd),
            file(data, format),
            file(format, odd, data, new byte[] {1, 2, 3}))) {
      Sound sound = Wav.decode("test", bytes);
      assertEquals(22050, sound.sampleRate());
      assertArrayEquals(new float[] {-1, 0, -0.5f}, sound.channel(0));
      assertArrayEquals(new float[] {0, -1, -0.5f}, sound.channel(1));
      assertArrayEquals(new float[] {-0.5f, -0.5f, -0.5f}, sound.mono().channel(0));
    }
  }

  @Test
  void aStreamWithoutLengthsGoesToTheEnd() {
    byte[] bytes = file(part("fmt ", format(1, 8, 1, 8000)), part("data", new byte[] {0, 64}));
    ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    view.putInt(40, -1);
    assertTrue(Failure.of(() -> Wav.decode("f", bytes)).contains("truncated"));
    view.putInt(4, -1);
    assertArrayEquals(new float[] {-1, -0.5f}, Wav.decode("f", bytes).channel(0));
  }

  @ParameterizedTest
  @EnumSource(WavFormat.class)
  void whatIsWrittenIsReadAgain(WavFormat format) {
    Random random = new Random(5);
    for (int channels : new int[] {1, 2, 3}) {
      for (int length : new int[] {0, 1, 7, 4095, 4096, 4097, 9001}) {
        float[][] samples = new float[channels][length];
        for (float[] channel : samples) {
          for (int i = 0; i < length; i++) {
            channel[i] = (float) random.nextDouble(-1, 1);
          }
        }
        Path path = directory.resolve(format + "-" + channels + "-" + length + ".wav");
        Wav.write(path, Sound.of(44100, samples), format);
        Sound back = Wav.read(path);
        assertEquals(44100, back.sampleRate());
        assertEquals(channels, back.channels());
        double error = format.tag() == 3 ? 0 : Math.max(0x1p-25, 0.5 / (1L << (format.bits() - 1)));
        for (int c = 0; c < channels; c++) {
          assertArrayEquals(samples[c], back.channel(c), (float) (error * 2.0001));
        }
        // What came from such a file is written bit for bit.
        Path again = directory.resolve("again.wav");
        Wav.write(again, back, format);
        Sound third = Wav.read(again);
        for (int c = 0; c < channels; c++) {
          assertArrayEquals(back.channel(c), third.channel(c));
        }
      }
    }
  }

  @Test
  void tooLoudSamplesEndAtTheLimits() {
    Path path = directory.resolve("loud.wav");
    float[] loud = {2, -2, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1, -1};
    Wav.write(path, Sound.of(8000, loud), WavFormat.PCM16);
    float top = 32767 / 32768f;
    assertArrayEquals(new float[] {top, -1, top, -1, 0, top, -1}, Wav.read(path).channel(0));
  }

  @Test
  void everyTruncationIsRefused() throws Exception {
    byte[] good = file(part("fmt ", format(1, 16, 1, 8000)), part("data", new byte[8]));
    Path path = directory.resolve("cut.wav");
    for (int length = 0; length < good.length; length++) {
      Files.write(path, Arrays.copyOf(good, length));
      String message = Failure.of(() -> Wav.read(path));
      assertTrue(message.contains("cut.wav"), message);
      assertTrue(
          message.contains("truncated") || message.contains("no WAV") || message.contains("'fmt '"),
          message);
    }
    assertTrue(Failure.of(() -> Wav.read(directory)).contains("directory"));
    assertTrue(Failure.of(() -> Wav.read(directory.resolve("none"))).contains("no such file"));
  }

  @Test
  void nonsenseIsNamed() {
    byte[] data = part("data", new byte[8]);
    assertTrue(Failure.of(() -> Wav.decode("f", new byte[20])).contains("f, offset 0: is no WAV"));
    assertTrue(Failure.of(() -> decoded(7, 8, (byte) 1)).contains("(mu-law) with 8 bits"));
    assertTrue(Failure.of(() -> decoded(1, 12, (byte) 1)).contains("12 bits is not read"));
    assertTrue(Failure.of(() -> decoded(1, 16, (byte) 1)).contains("no multiple of 2"));
    assertTrue(refusal(part("fmt ", format(1, 16, 0, 8000)), data).contains("0 channels"));
    assertTrue(refusal(part("fmt ", format(1, 16, 1, 0)), data).contains("0 Hz"));
    assertTrue(refusal(part("fmt ", format(1, 16, 1, -1)), data).contains("4294967295 Hz"));
    assertTrue(refusal(part("fmt ", new byte[15]), data).contains("at least 16"));
    byte[] format = format(1, 16, 1, 8000);
    assertTrue(refusal(part("fmt ", format), part("fmt ", format), data).contains("second part"));
    assertTrue(refusal(part("fmt ", format), data, data).contains("second part with the sound"));
    assertTrue(refusal(data).contains("'fmt '"));
    assertTrue(refusal(part("fmt ", format)).contains("'data'"));
    byte[] wide = format.clone();
    wide[12] = 3;
    assertTrue(refusal(part("fmt ", wide), data).contains("take 2 bytes, the file says 3"));
    byte[] odd = extensible(1, 16, 1);
    odd[30] = 99;
    assertTrue(refusal(part("fmt ", odd), data).contains("nobody knows"));
    assertTrue(
        refusal(part("fmt ", Arrays.copyOf(extensible(1, 16, 1), 26)), data).contains("40 bytes"));
    byte[] big = file(part("fmt ", format), data);
    big[0] = 'X';
    assertTrue(Failure.of(() -> Wav.decode("f", big)).contains("'XIFF'"));
  }

  private static String refusal(byte[]... parts) {
    return Failure.of(() -> Wav.decode("f", file(parts)));
  }

  @Test
  void randomBytesNeverDoAnythingElse() {
    byte[] good = file(part("fmt ", format(1, 16, 1, 8000)), part("data", new byte[8]));
    Random random = new Random(3);
    for (int i = 0; i < 20000; i++) {
      byte[] bad = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        assertTrue(Wav.decode("f", bad).length() <= 8);
      } catch (dev.gatun.formats.FormatException e) {
        assertTrue(String.valueOf(e.getMessage()).startsWith("f"), e::getMessage);
      }
    }
  }
}
