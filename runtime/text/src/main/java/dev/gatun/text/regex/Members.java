package dev.gatun.text.regex;

/**
 * A class and its complement. Java's rules for ^ before nested brackets are not Oniguruma's, so
 * complements are made of complements.
 */
record Members(String is, String not) {
  static Members of(String content) {
    return new Members("[" + content + "]", "[^" + content + "]");
  }

  Members flipped() {
    return new Members(not, is);
  }
}
