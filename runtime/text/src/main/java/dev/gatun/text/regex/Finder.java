package dev.gatun.text.regex;

import dev.gatun.text.json.Fields;
import java.util.function.IntPredicate;

/** Finds places in a part of a text; what is outside of the part is not seen. */
@FunctionalInterface
public interface Finder {
  /** The places in [start, end), in UTF-16 units. */
  Matches find(String text, int start, int end);

  /** Each single character of a kind. */
  static Finder of(IntPredicate kind) {
    return (text, start, end) -> {
      Matches found = new Matches();
      for (int at = start; at < end; ) {
        int point = text.codePointAt(at);
        int next = at + Character.charCount(point);
        if (kind.test(point)) {
          found.add(at, next);
        }
        at = next;
      }
      return found;
    };
  }

  /** Each place of a string that is not empty. */
  static Finder of(String literal) {
    return (text, start, end) -> {
      Matches found = new Matches();
      for (int at = text.indexOf(literal, start, end);
          at >= 0;
          at = text.indexOf(literal, at + literal.length(), end)) {
        found.add(at, at + literal.length());
      }
      return found;
    };
  }

  /** What {"String": ...} or {"Regex": ...} in a file describes. */
  static Finder read(Fields settings, String field) {
    Fields pattern = settings.object(field);
    if (pattern.has("String") == pattern.has("Regex")) {
      throw settings.problem(field, "expected either \"String\" or \"Regex\"");
    }
    Finder finder;
    if (pattern.has("String")) {
      String literal = pattern.string("String");
      if (literal.isEmpty()) {
        throw pattern.problem("String", "an empty pattern is everywhere");
      }
      finder = of(literal);
    } else {
      try {
        finder = new RegexFinder(Oniguruma.compile(pattern.string("Regex")));
      } catch (UnsupportedPatternException e) {
        throw pattern.problem("Regex", String.valueOf(e.getMessage()));
      }
    }
    pattern.finish();
    return finder;
  }
}
