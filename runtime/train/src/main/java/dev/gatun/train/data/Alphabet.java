package dev.gatun.train.data;

import java.util.Arrays;

/** Numbers for the characters (Unicode code points) of a text, in order of their code. */
public final class Alphabet {
  private final int[] characters;

  private Alphabet(int[] characters) {
    this.characters = characters;
  }

  /** The characters that occur in a text. */
  public static Alphabet of(String text) {
    return new Alphabet(text.codePoints().sorted().distinct().toArray());
  }

  /** Number of characters. */
  public int size() {
    return characters.length;
  }

  /** The numbers of a text's characters; ones that are not known are an error. */
  public int[] encode(String text) {
    int[] codes = text.codePoints().toArray();
    for (int i = 0; i < codes.length; i++) {
      int at = Arrays.binarySearch(characters, codes[i]);
      if (at < 0) {
        throw new DataException(
            String.format(
                "character U+%04X at %d is not among the %d of the alphabet",
                codes[i], i, characters.length));
      }
      codes[i] = at;
    }
    return codes;
  }

  /** The text of these numbers. */
  public String decode(int... codes) {
    StringBuilder text = new StringBuilder();
    for (int code : codes) {
      if (code < 0 || code >= characters.length) {
        throw new DataException(
            "there is no character " + code + "; the alphabet has " + characters.length);
      }
      text.appendCodePoint(characters[code]);
    }
    return text.toString();
  }

  /** All characters, in order. */
  @Override
  public String toString() {
    return new String(characters, 0, characters.length);
  }
}
