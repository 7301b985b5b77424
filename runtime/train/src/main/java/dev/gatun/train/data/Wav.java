package dev.gatun.train.data;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Sound of a WAV file: whole numbers of 8 to 32 bits or floats, any number of channels.
 *
 * @param sampleRate samples a second
 * @param samples float32 [channels, samples] from -1 to 1
 */
public record Wav(int sampleRate, Tensor samples) {
  /** Largest file, in bytes: more than an hour of stereo. */
  private static final int MAX_BYTES = 1 << 30;

  /** Reads a file, plain or compressed with gzip. */
  public static Wav read(Path path) {
    try (InputStream in = InputFiles.open(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new DataException(path + ": is larger than " + MAX_BYTES + " bytes");
      }
      return decode(path.toString(), bytes);
    } catch (IOException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  /** Decodes the bytes of a file; {@code origin} is for messages. */
  public static Wav decode(String origin, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 12 || in.getInt() != 0x46464952 || in.getInt(8) != 0x45564157) {
      throw new DataException(origin + ": is no WAV file (RIFF ... WAVE)");
    }
    in.position(12);
    Format format = null;
    while (in.remaining() >= 8) {
      int kind = in.getInt();
      long length = Integer.toUnsignedLong(in.getInt());
      boolean data = kind == 0x61746164;
      if (length > in.remaining()) {
        throw new DataException(
            origin
                + ": a part of "
                + length
                + " bytes is promised where "
                + in.remaining()
                + " are left; the file is truncated");
      }
      if (kind == 0x20746d66) {
        format = Format.read(origin, in.slice().limit((int) length).order(in.order()));
      } else if (data) {
        if (format == null) {
          throw new DataException(origin + ": has sound before it says in which format");
        }
        return format.decode(origin, in.slice().limit((int) length).order(in.order()));
      }
      // Parts start at even positions.
      in.position((int) Math.min(in.limit(), in.position() + length + (length & 1)));
    }
    throw new DataException(origin + ": holds no sound");
  }

  /** How samples are written. */
  private record Format(boolean floating, int channels, int sampleRate, int bits) {
    static Format read(String origin, ByteBuffer in) {
      if (in.remaining() < 16) {
        throw new DataException(origin + ": its format takes " + in.remaining() + " bytes, not 16");
      }
      int tag = in.getShort(0) & 0xffff;
      int bits = in.getShort(14) & 0xffff;
      if (tag == 0xfffe && in.remaining() >= 26) {
        tag = in.getShort(24) & 0xffff; // the extensible form keeps it in its subformat
      }
      int channels = in.getShort(2) & 0xffff;
      int rate = in.getInt(4);
      boolean known =
          tag == 1 && (bits == 8 || bits == 16 || bits == 24 || bits == 32)
              || tag == 3 && (bits == 32 || bits == 64);
      if (!known || channels == 0 || rate <= 0) {
        throw new DataException(
            origin
                + ": format "
                + tag
                + " with "
                + bits
                + " bits, "
                + channels
                + " channels and "
                + rate
                + " Hz is not read; convert it to 16 bit PCM");
      }
      return new Format(tag == 3, channels, rate, bits);
    }

    Wav decode(String origin, ByteBuffer in) {
      int width = bits / 8;
      int frame = width * channels;
      if (in.remaining() % frame != 0) {
        throw new DataException(
            origin + ": " + in.remaining() + " bytes of sound are no multiple of " + frame);
      }
      int frames = in.remaining() / frame;
      float[] samples = new float[channels * frames];
      for (int t = 0; t < frames; t++) {
        for (int c = 0; c < channels; c++) {
          samples[c * frames + t] = sample(in, t * frame + c * width);
        }
      }
      return new Wav(sampleRate, Pixels.wrap(samples, Shape.of(channels, frames)));
    }

    private float sample(ByteBuffer in, int at) {
      if (floating) {
        return bits == 32 ? in.getFloat(at) : (float) in.getDouble(at);
      }
      return switch (bits) {
        case 8 -> ((in.get(at) & 0xff) - 128) / 128f; // the only one without a sign
        case 16 -> in.getShort(at) / 32768f;
        case 24 -> ((in.getShort(at) & 0xffff) | in.get(at + 2) << 16) / 8388608f;
        default -> (float) (in.getInt(at) / 2147483648.0);
      };
    }
  }
}
