package dev.gatun.text.jinja;

/** Takes characters off the ends of a value. */
final class Strip {
  static String both(String value, String characters) {
    return left(right(value, characters), characters);
  }

  /** Without any characters given: white space. */
  static String left(String value, String characters) {
    int at = 0;
    while (at < value.length()) {
      int c = value.codePointAt(at);
      if (!matches(c, characters)) {
        break;
      }
      at += Character.charCount(c);
    }
    return value.substring(at);
  }

  static String right(String value, String characters) {
    int at = value.length();
    while (at > 0) {
      int c = value.codePointBefore(at);
      if (!matches(c, characters)) {
        break;
      }
      at -= Character.charCount(c);
    }
    return value.substring(0, at);
  }

  private static boolean matches(int c, String characters) {
    return characters.isEmpty() ? isSpace(c) : characters.indexOf(c) >= 0;
  }

  /** White space as Python sees it. */
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  private Strip() {}
}
