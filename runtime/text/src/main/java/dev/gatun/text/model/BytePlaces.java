package dev.gatun.text.model;

import dev.gatun.text.normal.ByteAlphabet;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a word's UTF-8 are in its UTF-16. */
final class BytePlaces {
  /** For each byte the unit at which its character begins; null where both are the same. */
  private final int @Nullable [] begins;

  private final String word;

  BytePlaces(String word) {
    this.word = word;
    int bytes = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    if (bytes == word.length()) {
      begins = null;
      return;
    }
    begins = new int[bytes];
    int b = 0;
    for (int at = 0; at < word.length(); ) {
      int point = word.codePointAt(at);
      for (int i = ByteAlphabet.bytesOf(point); i > 0; i--) {
        begins[b++] = at;
      }
      at += Character.charCount(point);
    }
  }

  /** The unit at which the character with this byte begins. */
  int start(int index) {
    if (begins == null) {
      return index;
    }
    return index < begins.length ? begins[index] : word.length();
  }

  /** The unit behind the character with the byte before this one. */
  int end(int index) {
    if (begins == null || index == 0) {
      return index;
    }
    int begin = begins[Math.min(index, begins.length) - 1];
    return begin + Character.charCount(word.codePointAt(begin));
  }
}
