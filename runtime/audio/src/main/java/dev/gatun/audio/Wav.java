package dev.gatun.audio;

import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files in the RIFF WAVE format. */
public final class Wav {
  /** Samples that are turned into bytes at a time. */
  private static final int BLOCK = 1 << 12;

  /**
   * Reads a file of whole numbers of 8 to 32 bits or of floats.
   *
   * @throws FormatException if the file is damaged, truncated or of another format
   */
  public static Sound read(Path path) {
    return new WavReader(FileBytes.open(path)).read();
  }

  /** Decodes the bytes of a file; {@code name} is for messages. */
  public static Sound decode(String name, byte[] bytes) {
    return new WavReader(new FileBytes(name, MemorySegment.ofArray(bytes).asReadOnly())).read();
  }

  /**
   * Writes a file. Whole numbers are rounded without dither; samples outside of -1 to 1 end at the
   * limits.
   */
  public static void write(Path path, Sound sound, WavFormat format) {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      write(path.toString(), sound, format, out);
    } catch (IOException e) {
      throw new FormatException(path + ": cannot be written: " + FormatException.reason(e), e);
    }
  }

  private static void write(String name, Sound sound, WavFormat format, OutputStream out)
      throws IOException {
    int frame = sound.channels() * format.bytes();
    long data = (long) sound.length() * frame;
    // Other formats than whole numbers say how long their extension is, and how many samples.
    int extra = format.tag() == 1 ? 0 : 14;
    if (36 + extra + data + 1 > 0xffffffffL || sound.channels() > 0xffff || frame > 0xffff) {
      throw new FormatException(
          name + ": a WAV file cannot hold " + sound + " as " + format + "; write several");
    }
    ByteBuffer head = ByteBuffer.allocate(44 + extra).order(ByteOrder.LITTLE_ENDIAN);
    head.put(ascii("RIFF")).putInt((int) (36 + extra + data + (data & 1))).put(ascii("WAVE"));
    head.put(ascii("fmt ")).putInt(extra == 0 ? 16 : 18);
    head.putShort((short) format.tag()).putShort((short) sound.channels());
    head.putInt(sound.sampleRate());
    head.putInt((int) Math.min(0xffffffffL, (long) sound.sampleRate() * frame));
    head.putShort((short) frame).putShort((short) format.bits());
    if (extra != 0) {
      head.putShort((short) 0).put(ascii("fact")).putInt(4).putInt(sound.length());
    }
    head.put(ascii("data")).putInt((int) data);
    out.write(head.array());
    byte[] block = new byte[Math.multiplyExact(BLOCK, frame)];
    MemorySegment segment = MemorySegment.ofArray(block);
    for (int from = 0; from < sound.length(); from += BLOCK) {
      int count = Math.min(BLOCK, sound.length() - from);
      for (int c = 0; c < sound.channels(); c++) {
        float[] samples = sound.samples(c);
        for (int t = 0; t < count; t++) {
          format.write(segment, (long) t * frame + (long) c * format.bytes(), samples[from + t]);
        }
      }
      out.write(block, 0, count * frame);
    }
    if ((data & 1) != 0) {
      out.write(0);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private Wav() {}
}
