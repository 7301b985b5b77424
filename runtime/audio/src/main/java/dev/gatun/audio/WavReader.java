package dev.gatun.audio;

import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one WAV file: parts in any order, unknown ones skipped. Nothing is allocated before the
 * bytes that fill it are known to be there.
 */
final class WavReader {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What programs write that do not know the length when they begin. */
  private static final long UNKNOWN = 0xffffffffL;

  private static final int EXTENSIBLE = 0xfffe;

  /** What follows the number of the format in the extensible form's identifier. */
  private static final byte[] WAVE_GUID = {
    0, 0, 0, 0, 16, 0, (byte) 0x80, 0, 0, (byte) 0xaa, 0, 0x38, (byte) 0x9b, 0x71
  };

  private final String name;
  private final MemorySegment file;

  /** Offset of a part's content and its length. */
  private record Part(long at, long length) {}

  WavReader(FileBytes bytes) {
    name = bytes.name();
    file = bytes.data();
  }

  Sound read() {
    if (file.byteSize() < 12 || !"WAVE".equals(text(8))) {
      throw FormatException.at(name, 0, "is no WAV file (RIFF, length, WAVE)");
    }
    String kind = text(0);
    if (!kind.equals("RIFF")) {
      throw FormatException.at(
          name, 0, "begins with '" + kind + "', only RIFF files are read; convert it");
    }
    Part format = null;
    Part data = null;
    long at = 12;
    // Less than a header behind the last part is padding that some programs leave.
    while (file.byteSize() - at >= 8) {
      Part part = part(at);
      switch (text(at)) {
        case "fmt " -> format = once(format, part, "format");
        case "data" -> data = once(data, part, "sound");
        default -> {
          // Names, pictures, markers: nothing that changes the samples.
        }
      }
      at = part.at() + part.length() + (part.length() & 1); // parts start at even places
    }
    if (format == null) {
      throw new FormatException(name + ": has no part 'fmt ' that says how samples are written");
    }
    if (data == null) {
      throw new FormatException(name + ": has no part 'data' with sound; the file is truncated");
    }
    return decode(format, data);
  }

  private Part once(@Nullable Part earlier, Part part, String what) {
    if (earlier != null) {
      throw FormatException.at(name, part.at() - 8, "a second part with the " + what);
    }
    return part;
  }

  private Part part(long at) {
    long length = Integer.toUnsignedLong(file.get(INT, at + 4));
    long left = file.byteSize() - at - 8;
    if (length > left) {
      boolean streamed =
          length == UNKNOWN
              && Integer.toUnsignedLong(file.get(INT, 4)) == UNKNOWN
              && text(at).equals("data");
      if (!streamed) {
        throw FormatException.at(
            name,
            at,
            "a part of "
                + length
                + " bytes is promised where "
                + left
                + " are left; the file is truncated");
      }
      return new Part(at + 8, left);
    }
    return new Part(at + 8, length);
  }

  private Sound decode(Part header, Part data) {
    long at = header.at();
    if (header.length() < 16) {
      throw FormatException.at(
          name, at, "the format takes " + header.length() + " bytes, at least 16 are needed");
    }
    int tag = unsigned(at);
    if (tag == EXTENSIBLE) {
      tag = extensible(header);
    }
    int channels = unsigned(at + 2);
    int rate = file.get(INT, at + 4);
    int bits = unsigned(at + 14);
    WavFormat format = format(at, tag, bits);
    if (channels == 0 || rate <= 0) {
      throw FormatException.at(
          name,
          at,
          channels + " channels at " + Integer.toUnsignedLong(rate) + " Hz cannot be sound");
    }
    int frame = channels * format.bytes();
    if (unsigned(at + 12) != frame) {
      throw FormatException.at(
          name,
          at + 12,
          channels
              + " channels of "
              + bits
              + " bits take "
              + frame
              + " bytes, the file says "
              + unsigned(at + 12));
    }
    if (data.length() % frame != 0) {
      throw FormatException.at(
          name,
          data.at(),
          data.length() + " bytes of sound are no multiple of " + frame + "; the file is damaged");
    }
    long frames = data.length() / frame;
    if (frames > Integer.MAX_VALUE - 16) {
      throw FormatException.at(name, data.at(), frames + " samples are more than an array holds");
    }
    MemorySegment bytes = file.asSlice(data.at(), data.length());
    float[][] samples = new float[channels][(int) frames];
    for (int c = 0; c < channels; c++) {
      format.read(bytes, channels, c, samples[c]);
    }
    return Sound.owning(rate, samples);
  }

  /** The extensible form has its format in an identifier of 16 bytes. */
  private int extensible(Part header) {
    long at = header.at();
    if (header.length() < 40) {
      throw FormatException.at(
          name, at, "the extensible format takes 40 bytes, the file has " + header.length());
    }
    byte[] rest = file.asSlice(at + 26, WAVE_GUID.length).toArray(ValueLayout.JAVA_BYTE);
    if (!Arrays.equals(rest, WAVE_GUID)) {
      throw FormatException.at(name, at + 24, "an extensible format that nobody knows");
    }
    return unsigned(at + 24);
  }

  private WavFormat format(long at, int tag, int bits) {
    for (WavFormat format : WavFormat.values()) {
      if (format.tag() == tag && format.bits() == bits) {
        return format;
      }
    }
    String known =
        switch (tag) {
          case 2, 17 -> " (ADPCM)";
          case 6 -> " (A-law)";
          case 7 -> " (mu-law)";
          case 80, 85 -> " (MPEG)";
          default -> "";
        };
    throw FormatException.at(
        name,
        at,
        "format "
            + tag
            + known
            + " with "
            + bits
            + " bits is not read; convert it to whole numbers of 8, 16, 24 or 32 bits or to floats");
  }

  private int unsigned(long at) {
    return file.get(SHORT, at) & 0xffff;
  }

  private String text(long at) {
    byte[] bytes = file.asSlice(at, 4).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
