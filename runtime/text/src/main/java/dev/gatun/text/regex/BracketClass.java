package dev.gatun.text.regex;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads classes in brackets, with ranges, named classes, intersections and classes inside. */
final class BracketClass {
  private final PatternText text;

  BracketClass(PatternText text) {
    this.text = text;
  }

  /** A bracketed class behind its '['. */
  Members bracket() throws UnsupportedPatternException {
    boolean not = text.take("^");
    if (text.more() && text.source.charAt(text.at) == ']') {
      throw text.refuse("an empty class or a ']' at its begin; write \\]");
    }
    List<Members> sides = new ArrayList<>();
    do {
      sides.add(side());
    } while (text.take("&&"));
    if (!text.take("]")) {
      throw text.refuse("'[' without ']'");
    }
    Members all = sides.getFirst();
    for (Members side : sides.subList(1, sides.size())) {
      all =
          new Members("[" + all.is() + "&&" + side.is() + "]", "[" + all.not() + side.not() + "]");
    }
    return not ? all.flipped() : all;
  }

  /** What is between '[', '&&' and ']'. */
  private Members side() throws UnsupportedPatternException {
    StringBuilder plain = new StringBuilder();
    List<Members> nested = new ArrayList<>();
    while (text.more()
        && text.source.charAt(text.at) != ']'
        && !text.source.startsWith("&&", text.at)) {
      if (text.source.startsWith("[:", text.at) && text.source.indexOf(":]", text.at) > 0) {
        nested.add(posix());
      } else if (text.take("[")) {
        nested.add(bracket());
      } else {
        Members shorthand = shorthandInClass();
        if (shorthand == null) {
          range(plain);
        } else if (shorthand.is().startsWith("[^")) {
          nested.add(shorthand);
        } else {
          plain.append(shorthand.is(), 1, shorthand.is().length() - 1);
        }
      }
    }
    if (plain.isEmpty() && nested.isEmpty()) {
      throw text.refuse("an empty class");
    }
    if (plain.isEmpty() && nested.size() == 1) {
      return nested.getFirst();
    }
    StringBuilder is = new StringBuilder("[").append(plain);
    StringBuilder not = new StringBuilder("[");
    if (!plain.isEmpty()) {
      not.append("[^").append(plain).append("]&&");
    }
    for (int i = 0; i < nested.size(); i++) {
      is.append(nested.get(i).is());
      not.append(i == 0 ? "" : "&&").append(nested.get(i).not());
    }
    if (nested.isEmpty()) {
      return Members.of(plain.toString());
    }
    return new Members(is.append(']').toString(), not.append(']').toString());
  }

  private @Nullable Members shorthandInClass() throws UnsupportedPatternException {
    if (text.source.charAt(text.at) != '\\' || text.at + 1 == text.source.length()) {
      return null;
    }
    text.at++;
    Members named = text.shorthand(text.source.codePointAt(text.at));
    if (named == null) {
      text.at--;
    }
    return named;
  }

  private Members posix() throws UnsupportedPatternException {
    int close = text.source.indexOf(":]", text.at);
    text.at += 2;
    boolean not = text.take("^");
    String name = text.source.substring(text.at, close);
    String known = CharClass.bracketed(name);
    if (known == null) {
      throw text.refuse("unknown class [:" + name + ":]");
    }
    text.at = close + 2;
    return not ? Members.of(known).flipped() : Members.of(known);
  }

  private void range(StringBuilder plain) throws UnsupportedPatternException {
    int low = boundary();
    if (text.source.startsWith("-", text.at)
        && text.at + 1 < text.source.length()
        && text.source.charAt(text.at + 1) != ']') {
      text.at++;
      if (text.source.charAt(text.at) == '[') {
        throw text.refuse("a range that ends with a class");
      }
      int high = boundary();
      if (high < low) {
        throw text.refuse("empty range");
      }
      plain.append(PatternText.quoted(low)).append('-').append(PatternText.quoted(high));
    } else {
      plain.append(PatternText.quoted(low));
    }
  }

  private int boundary() throws UnsupportedPatternException {
    if (text.source.charAt(text.at) != '\\') {
      int point = text.source.codePointAt(text.at);
      text.at += Character.charCount(point);
      return point;
    }
    text.at++;
    if (!text.more()) {
      throw text.refuse("ends with a backslash");
    }
    return classPoint();
  }

  private int classPoint() throws UnsupportedPatternException {
    if (text.source.charAt(text.at) == 'b') {
      text.at++;
      return '\b';
    }
    if ("sSdDwWhHpPR".indexOf(text.source.charAt(text.at)) >= 0) {
      throw text.refuse("a class as the end of a range");
    }
    return text.escapedPoint();
  }
}
