package dev.gatun.text.regex;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A pattern that is being read, and what its escapes stand for. */
final class PatternText {
  final String source;
  int at;

  PatternText(String source) {
    this.source = source;
  }

  UnsupportedPatternException refuse(String what) {
    return new UnsupportedPatternException(
        "pattern '%s', character %d: %s".formatted(source, at, what));
  }

  boolean more() {
    return at < source.length();
  }

  boolean take(String expected) {
    if (source.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  /** A character as the JDK writes it in a pattern. */
  static String quoted(int point) {
    return Character.isLetterOrDigit(point) && point < 128
        ? Character.toString(point)
        : "\\x{" + Integer.toHexString(point) + "}";
  }

  /** \s, \d, \w, \h, their complements and \p{...} as a class; null for anything else. */
  @Nullable Members shorthand(int point) throws UnsupportedPatternException {
    String content =
        switch (point) {
          case 's', 'S' -> CharClass.SPACE;
          case 'd', 'D' -> CharClass.DIGIT;
          case 'w', 'W' -> CharClass.WORD;
          case 'h', 'H' -> CharClass.HEX;
          default -> "";
        };
    if (!content.isEmpty()) {
      at++;
      return Character.isUpperCase(point) ? Members.of(content).flipped() : Members.of(content);
    }
    if (point != 'p' && point != 'P') {
      return null;
    }
    at++;
    int close = source.indexOf('}', at);
    if (!take("{") || close < 0) {
      throw refuse("\\p needs {name}");
    }
    boolean not = point == 'P';
    if (take("^")) {
      not = !not;
    }
    String name = source.substring(at, close);
    String known = CharClass.named(name);
    if (known == null) {
      throw refuse("unknown character property '" + name + "'");
    }
    at = close + 1;
    return not ? Members.of(known).flipped() : Members.of(known);
  }

  /** The one character that an escape stands for, at its letter. */
  int escapedPoint() throws UnsupportedPatternException {
    int point = source.codePointAt(at);
    at += Character.charCount(point);
    return switch (point) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 7;
      case 'e' -> 0x1B;
      case '0' -> {
        int value = 0;
        for (int i = 0; i < 2 && more() && "01234567".indexOf(source.charAt(at)) >= 0; i++) {
          value = 8 * value + source.charAt(at++) - '0';
        }
        yield value;
      }
      case 'u' -> hex(4, 4);
      case 'x' -> {
        if (take("{")) {
          int value = hex(1, 6);
          if (!take("}")) {
            throw refuse("\\x{ without }");
          }
          yield value;
        }
        int value = hex(1, 2);
        if (value > 0x7F) {
          throw refuse("\\x" + Integer.toHexString(value) + " is a byte, not a character");
        }
        yield value;
      }
      default -> {
        if (Character.isLetterOrDigit(point)) {
          throw refuse("\\" + Character.toString(point) + " is not supported");
        }
        yield point;
      }
    };
  }

  private int hex(int least, int most) throws UnsupportedPatternException {
    int from = at;
    while (more() && at - from < most && Character.digit(source.charAt(at), 16) >= 0) {
      at++;
    }
    if (at - from < least) {
      throw refuse("expected " + least + " hexadecimal digits");
    }
    int value = Integer.parseInt(source.substring(from, at), 16);
    if (!Character.isValidCodePoint(value)) {
      throw refuse("there is no character " + Integer.toHexString(value).toUpperCase(Locale.ROOT));
    }
    return value;
  }
}
