package dev.gatun.core.graph;

import dev.gatun.core.tensor.GatunException;

/** Cuts graph text into tokens: words, numbers, "strings", `names` and single characters. */
final class TextScanner {
  private final String text;
  private int at;

  TextScanner(String text) {
    this.text = text;
    skipBlanks();
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  boolean isAt(String token) {
    return text.startsWith(token, at);
  }

  boolean isEnd() {
    return at >= text.length();
  }

  /** Takes the token if it is next. */
  boolean take(String token) {
    if (!isAt(token)) {
      return false;
    }
    at += token.length();
    skipBlanks();
    return true;
  }

  void expect(String token) {
    if (!take(token)) {
      throw error("expected '" + token + "'");
    }
  }

  char peek() {
    return isEnd() ? '\0' : text.charAt(at);
  }

  /** A word: letters, digits, '_' and '.'; or a name between backquotes. */
  String name() {
    if (peek() == '`') {
      return between('`');
    }
    int from = at;
    while (!isEnd() && isWordPart(text.charAt(at))) {
      at++;
    }
    if (from == at) {
      throw error("expected a name");
    }
    String word = text.substring(from, at);
    skipBlanks();
    return word;
  }

  /** A number, NaN or an infinity, as text. */
  String number() {
    int from = at;
    while (!isEnd() && (isWordPart(text.charAt(at)) || "+-".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    String number = text.substring(from, at);
    skipBlanks();
    return number;
  }

  /** A string between double quotes. */
  String string() {
    return between('"');
  }

  private String between(char quote) {
    if (peek() != quote) {
      throw error("expected " + quote);
    }
    StringBuilder result = new StringBuilder();
    for (at++; !isEnd() && text.charAt(at) != quote; at++) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length()) {
        at++;
        c = text.charAt(at) == 'n' ? '\n' : text.charAt(at);
      }
      result.append(c);
    }
    if (isEnd()) {
      throw error("missing closing " + quote);
    }
    at++;
    skipBlanks();
    return result.toString();
  }

  private static boolean isWordPart(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '_'
        || c == '.';
  }

  /** An error with the line and what stands there. */
  GatunException error(String problem) {
    int line = 1;
    for (int i = 0; i < Math.min(at, text.length()); i++) {
      line += text.charAt(i) == '\n' ? 1 : 0;
    }
    String near = text.substring(Math.min(at, text.length()), Math.min(at + 20, text.length()));
    return new GatunException(
        "graph text, line " + line + ": " + problem + " before '" + near.replace('\n', ' ') + "'");
  }
}
