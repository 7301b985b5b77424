package dev.gatun.text.normal;

import org.jspecify.annotations.Nullable;

/**
 * GPT-2's 256 visible characters for the 256 bytes: printable Latin-1 stands for itself, the other
 * bytes for the characters from U+0100 on.
 */
public final class ByteAlphabet {
  private static final char[] OF_BYTE = new char[256];
  private static final short[] BYTE_OF = new short[0x144];

  static {
    java.util.Arrays.fill(BYTE_OF, (short) -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      OF_BYTE[b] = visible ? (char) b : next++;
      BYTE_OF[OF_BYTE[b]] = (short) b;
    }
  }

  /** The character of a byte from 0 to 255. */
  public static char of(int value) {
    return OF_BYTE[value];
  }

  /** The bytes that a string of these characters stands for, or null where it has others. */
  public static byte @Nullable [] bytes(String mapped) {
    byte[] bytes = new byte[mapped.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = mapped.charAt(i);
      if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTE_OF[c];
    }
    return bytes;
  }

  /** A string whose characters are the UTF-8 bytes of {@code text}. */
  public static String mapped(String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    char[] chars = new char[bytes.length];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = OF_BYTE[bytes[i] & 0xFF];
    }
    return new String(chars);
  }

  /** The mapped text; each byte comes from its whole character. */
  public static TrackedText mapped(TrackedText text) {
    Edits edits = new Edits(text.text().length());
    text.text()
        .codePoints()
        .forEach(
            point -> {
              int length = bytesOf(point);
              for (int i = 0; i < length; i++) {
                int shift = 6 * (length - 1 - i);
                int value =
                    length == 1
                        ? point
                        : i == 0
                            ? (0xF00 >> length & 0xFF) | point >> shift
                            : 0x80 | point >> shift & 0x3F;
                edits.add(OF_BYTE[value], i == 0 ? 0 : 1);
              }
            });
    return text.edited(edits, 0);
  }

  /** How many bytes a character has in UTF-8. */
  public static int bytesOf(int point) {
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }

  private ByteAlphabet() {}
}
