package dev.gatun.text.decode;

import org.jspecify.annotations.Nullable;

/**
 * Bytes to text. What is no UTF-8 becomes U+FFFD, one for each longest beginning of a character;
 * the JDK's own decoder takes encoded surrogates as one, others as three.
 */
final class Utf8 {
  static String lossy(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    for (int at = 0; at < bytes.length; ) {
      int length = length(bytes, at);
      out.appendCodePoint(length > 0 ? point(bytes, at, length) : 0xFFFD);
      at += Math.abs(length);
    }
    return out.toString();
  }

  /** The text, or null where the bytes are no UTF-8. */
  static @Nullable String strict(byte[] bytes) {
    for (int at = 0; at < bytes.length; ) {
      int length = length(bytes, at);
      if (length < 0) {
        return null;
      }
      at += length;
    }
    return lossy(bytes);
  }

  private static int point(byte[] bytes, int at, int length) {
    if (length == 1) {
      return bytes[at];
    }
    int point = bytes[at] & 0xFF >> length + 1;
    for (int i = 1; i < length; i++) {
      point = point << 6 | bytes[at + i] & 0x3F;
    }
    return point;
  }

  /**
   * The length of the character here, or minus the bytes that could have begun one (Unicode 3.9).
   */
  private static int length(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0) {
      return -1;
    }
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (int i = 1; i < length; i++) {
      int next = at + i < bytes.length ? bytes[at + i] & 0xFF : 0;
      if (next < low || next > high) {
        return -i;
      }
      low = 0x80;
      high = 0xBF;
    }
    return length;
  }

  private Utf8() {}
}
