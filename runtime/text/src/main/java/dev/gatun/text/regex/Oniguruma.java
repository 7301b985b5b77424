package dev.gatun.text.regex;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Translates a regular expression from Oniguruma's default syntax (Ruby's, over Unicode) to the
 * JDK's. Constructs that the two write alike but mean differently are rewritten (\s, \w, \h, \v,
 * ".", "^", "$", \b, repeats after braces); what has no equal is refused.
 */
public final class Oniguruma {
  private static final String WORD = "[" + CharClass.WORD + "]";

  /**
   * Behind a word character. The JDK looks one UTF-16 unit back for one class; it looks two back,
   * and thus finds characters beyond the first plane, where two would do.
   */
  private static final String BEHIND = WORD + "{1,2}";

  private final String source;
  private final StringBuilder out = new StringBuilder();
  private int at;

  /** Whether letters match both cases, for each open group. */
  private final Deque<Boolean> ignoreCase = new ArrayDeque<>();

  private final Deque<Boolean> dotAll = new ArrayDeque<>();

  /** How many groups were open when a look behind began; 0 outside of one. */
  private int behind;

  /** Literals since the last other thing, where cases are ignored. */
  private final StringBuilder folded = new StringBuilder();

  private Oniguruma(String source) {
    this.source = source;
    ignoreCase.push(false);
    dotAll.push(false);
  }

  /** The pattern in the JDK's syntax. */
  public static Pattern compile(String pattern) throws UnsupportedPatternException {
    String translated = new Oniguruma(pattern).translate();
    try {
      return Pattern.compile(translated, Pattern.UNICODE_CASE);
    } catch (PatternSyntaxException e) {
      throw new UnsupportedPatternException(
          "pattern '%s' is malformed: %s".formatted(pattern, e.getDescription()));
    }
  }

  private UnsupportedPatternException refuse(String what) {
    return new UnsupportedPatternException(
        "pattern '%s', character %d: %s".formatted(source, at, what));
  }

  private boolean more() {
    return at < source.length();
  }

  private boolean take(String expected) {
    if (source.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  private String translate() throws UnsupportedPatternException {
    while (more()) {
      int point = source.codePointAt(at);
      if ("(|)".indexOf(point) >= 0) {
        folded.setLength(0);
      }
      switch (point) {
        case '(' -> group();
        case ')' -> {
          if (ignoreCase.size() == 1) {
            throw refuse("')' without '('");
          }
          at++;
          ignoreCase.pop();
          dotAll.pop();
          behind = ignoreCase.size() == behind ? 0 : behind;
          out.append(')');
          quantifiers(out.length(), false);
        }
        case '|' -> {
          at++;
          out.append('|');
        }
        default -> element(point);
      }
    }
    if (ignoreCase.size() != 1) {
      throw refuse("'(' without ')'");
    }
    return out.toString();
  }

  private void element(int point) throws UnsupportedPatternException {
    int from = out.length();
    if (behind > 0 && "[.\\^$".indexOf(point) >= 0) {
      throw refuse("only plain characters can be looked for behind: the JDK misses others there");
    }
    switch (point) {
      case '[' -> {
        folded.setLength(0);
        at++;
        out.append(bracket().is);
      }
      case '.' -> {
        folded.setLength(0);
        at++;
        out.append(dotAll.getFirst() ? "[" + CharClass.ANY + "]" : "[^\\n]");
      }
      case '^' -> {
        at++;
        out.append("(?:^|(?<=\\n)(?!\\z))");
      }
      case '$' -> {
        at++;
        out.append("(?=\\n|\\z)");
      }
      case '\\' -> escape();
      case '*', '+', '?' -> throw refuse("nothing to repeat before '" + (char) point + "'");
      default -> {
        at += Character.charCount(point);
        literal(point);
      }
    }
    quantifiers(from, true);
  }

  private void literal(int point) throws UnsupportedPatternException {
    if (ignoreCase.getFirst()) {
      folded.appendCodePoint(point);
      CaseFolds.refuseExpansions(folded.toString(), this::refuse);
    }
    out.append(quoted(point));
  }

  private static String quoted(int point) {
    return Character.isLetterOrDigit(point) && point < 128
        ? Character.toString(point)
        : "\\x{" + Integer.toHexString(point) + "}";
  }

  private void quantifiers(int from, boolean resets) throws UnsupportedPatternException {
    boolean first = true;
    while (more()) {
      char c = source.charAt(at);
      String repeat;
      boolean braces = false;
      if (c == '*' || c == '+' || c == '?') {
        repeat = String.valueOf(c);
        at++;
      } else if (c == '{') {
        String interval = interval();
        if (interval == null) {
          return;
        }
        repeat = interval;
        braces = true;
      } else {
        return;
      }
      if (resets) {
        folded.setLength(0);
      }
      if (!first) {
        // a**: Java needs a group where Oniguruma just repeats the repeat
        out.insert(from < out.length() ? from : groupStart(), "(?:").append(')');
      }
      first = false;
      out.append(repeat);
      if (more() && source.charAt(at) == '?') {
        if (braces && !repeat.contains(",")) {
          throw refuse("{n}? means something else in each dialect");
        }
        at++;
        out.append('?');
      } else if (more() && source.charAt(at) == '+' && !braces) {
        at++;
        out.append('+');
      }
      // Behind braces a plus is no possessive mark but a second repeat: the loop goes on.
    }
  }

  /** Where the group that ends the output begins. */
  private int groupStart() throws UnsupportedPatternException {
    throw refuse("two repeats of one group; write (?:...) around the first");
  }

  /** {n}, {n,}, {,m} or {n,m} at this place in Java's form; null where the brace is a literal. */
  private @Nullable String interval() {
    int close = source.indexOf('}', at);
    if (close < 0) {
      return null;
    }
    String body = source.substring(at + 1, close);
    if (!body.matches("\\d{1,5}(,\\d{0,5})?|,\\d{1,5}")) {
      return null;
    }
    at = close + 1;
    return "{" + (body.startsWith(",") ? "0" : "") + body + "}";
  }

  private void group() throws UnsupportedPatternException {
    at++;
    boolean fold = ignoreCase.getFirst();
    boolean all = dotAll.getFirst();
    String open;
    if (!take("?")) {
      open = "(";
    } else if (take("#")) {
      int close = source.indexOf(')', at);
      if (close < 0) {
        throw refuse("comment without end");
      }
      at = close + 1;
      return;
    } else if (take("<=") || take("<!")) {
      open = "(?<" + source.charAt(at - 1);
      behind = behind == 0 ? ignoreCase.size() : behind;
    } else if (take("=") || take("!") || take(":") || take(">")) {
      open = "(?" + source.charAt(at - 1);
    } else if (take("<")) {
      int close = source.indexOf('>', at);
      String name = close < 0 ? "" : source.substring(at, close);
      if (!name.matches("[A-Za-z][A-Za-z0-9]*")) {
        throw refuse("only plain names of groups are supported");
      }
      at = close + 1;
      open = "(?<" + name + ">";
    } else {
      flags();
      return;
    }
    out.append(open);
    ignoreCase.push(fold);
    dotAll.push(all);
  }

  /** (?imx-imx) for the rest of the group or (?imx-imx:...) for a group of its own. */
  private void flags() throws UnsupportedPatternException {
    boolean on = true;
    boolean fold = ignoreCase.getFirst();
    boolean all = dotAll.getFirst();
    while (more() && ":)".indexOf(source.charAt(at)) < 0) {
      char flag = source.charAt(at++);
      switch (flag) {
        case '-' -> on = false;
        case 'i' -> fold = on;
        case 'm' -> all = on;
        default -> throw refuse("group option '" + flag + "' is not supported");
      }
    }
    if (!more()) {
      throw refuse("group without end");
    }
    boolean group = source.charAt(at++) == ':';
    out.append(fold ? "(?i" : "(?-i").append(group ? ':' : ')');
    if (!group) {
      if (ignoreCase.size() > 1 || source.indexOf('|', at) >= 0) {
        throw refuse("options in the middle of alternatives; write (?i:...)");
      }
      ignoreCase.pop();
      dotAll.pop();
    }
    ignoreCase.push(fold);
    dotAll.push(all);
  }

  private void escape() throws UnsupportedPatternException {
    at++;
    if (!more()) {
      throw refuse("ends with a backslash");
    }
    int point = source.codePointAt(at);
    Both named = shorthand(point);
    if (named != null) {
      folded.setLength(0);
      out.append(named.is);
      return;
    }
    if (point >= '1' && point <= '9') {
      at++;
      out.append('\\').append((char) point).append("(?:)");
      return;
    }
    String place =
        switch (point) {
          case 'A' -> "\\A";
          case 'z' -> "\\z";
          case 'Z' -> "(?=\\n?\\z)";
          case 'G' -> "\\G";
          case 'b' -> "(?:(?<=%s)(?!%s)|(?<!%s)(?=%s))".formatted(BEHIND, WORD, BEHIND, WORD);
          case 'B' -> "(?:(?<=%s)(?=%s)|(?<!%s)(?!%s))".formatted(BEHIND, WORD, BEHIND, WORD);
          case 'R' -> "(?>\\r\\n|[\\n-\\r\\x{85}\\x{2028}\\x{2029}])";
          default -> "";
        };
    if (!place.isEmpty()) {
      at++;
      folded.setLength(0);
      out.append(place);
      return;
    }
    literal(escapedPoint());
  }

  /** \s, \d, \w, \h, their complements and \p{...} as a class; null for anything else. */
  private @Nullable Both shorthand(int point) throws UnsupportedPatternException {
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
      return Character.isUpperCase(point) ? Both.of(content).flipped() : Both.of(content);
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
    return not ? Both.of(known).flipped() : Both.of(known);
  }

  /** The one character that an escape stands for, at its letter. */
  private int escapedPoint() throws UnsupportedPatternException {
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

  /**
   * A class and its complement. Java's rules for ^ before nested brackets are not Oniguruma's, so
   * complements are made of complements.
   */
  private record Both(String is, String not) {
    static Both of(String content) {
      return new Both("[" + content + "]", "[^" + content + "]");
    }

    Both flipped() {
      return new Both(not, is);
    }
  }

  /** A bracketed class behind its '['. */
  private Both bracket() throws UnsupportedPatternException {
    boolean not = take("^");
    if (more() && source.charAt(at) == ']') {
      throw refuse("an empty class or a ']' at its begin; write \\]");
    }
    List<Both> sides = new ArrayList<>();
    do {
      sides.add(side());
    } while (take("&&"));
    if (!take("]")) {
      throw refuse("'[' without ']'");
    }
    Both all = sides.getFirst();
    for (Both side : sides.subList(1, sides.size())) {
      all = new Both("[" + all.is + "&&" + side.is + "]", "[" + all.not + side.not + "]");
    }
    return not ? all.flipped() : all;
  }

  /** What is between '[', '&&' and ']'. */
  private Both side() throws UnsupportedPatternException {
    StringBuilder plain = new StringBuilder();
    List<Both> nested = new ArrayList<>();
    while (more() && source.charAt(at) != ']' && !source.startsWith("&&", at)) {
      if (source.startsWith("[:", at) && source.indexOf(":]", at) > 0) {
        nested.add(posix());
      } else if (take("[")) {
        nested.add(bracket());
      } else {
        Both shorthand = shorthandInClass();
        if (shorthand == null) {
          range(plain);
        } else if (shorthand.is.startsWith("[^")) {
          nested.add(shorthand);
        } else {
          plain.append(shorthand.is, 1, shorthand.is.length() - 1);
        }
      }
    }
    if (plain.isEmpty() && nested.isEmpty()) {
      throw refuse("an empty class");
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
      is.append(nested.get(i).is);
      not.append(i == 0 ? "" : "&&").append(nested.get(i).not);
    }
    if (nested.isEmpty()) {
      return Both.of(plain.toString());
    }
    return new Both(is.append(']').toString(), not.append(']').toString());
  }

  private @Nullable Both shorthandInClass() throws UnsupportedPatternException {
    if (source.charAt(at) != '\\' || at + 1 == source.length()) {
      return null;
    }
    at++;
    Both named = shorthand(source.codePointAt(at));
    if (named == null) {
      at--;
    }
    return named;
  }

  private Both posix() throws UnsupportedPatternException {
    int close = source.indexOf(":]", at);
    at += 2;
    boolean not = take("^");
    String name = source.substring(at, close);
    String known = CharClass.bracketed(name);
    if (known == null) {
      throw refuse("unknown class [:" + name + ":]");
    }
    at = close + 2;
    return not ? Both.of(known).flipped() : Both.of(known);
  }

  private void range(StringBuilder plain) throws UnsupportedPatternException {
    int low = boundary();
    if (source.startsWith("-", at) && at + 1 < source.length() && source.charAt(at + 1) != ']') {
      at++;
      if (source.charAt(at) == '[') {
        throw refuse("a range that ends with a class");
      }
      int high = boundary();
      if (high < low) {
        throw refuse("empty range");
      }
      plain.append(quoted(low)).append('-').append(quoted(high));
    } else {
      plain.append(quoted(low));
    }
  }

  private int boundary() throws UnsupportedPatternException {
    if (source.charAt(at) != '\\') {
      int point = source.codePointAt(at);
      at += Character.charCount(point);
      return point;
    }
    at++;
    if (!more()) {
      throw refuse("ends with a backslash");
    }
    return classPoint();
  }

  private int classPoint() throws UnsupportedPatternException {
    if (source.charAt(at) == 'b') {
      at++;
      return '\b';
    }
    if ("sSdDwWhHpPR".indexOf(source.charAt(at)) >= 0) {
      throw refuse("a class as the end of a range");
    }
    return escapedPoint();
  }

  /** Strings that are one character in another case, such as "ss" for the sharp s. */
  private static final class CaseFolds {
    private static final Set<String> EXPANSIONS = new HashSet<>();

    static {
      for (int c = 0x80; c < 0xFB20; c++) {
        String plain = Character.isSurrogate((char) c) ? "" : Character.toString(c);
        String fold = plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        if (fold.codePointCount(0, fold.length()) > 1) {
          EXPANSIONS.add(fold);
        }
      }
    }

    interface Refusal {
      UnsupportedPatternException because(String what);
    }

    static void refuseExpansions(String literals, Refusal refusal)
        throws UnsupportedPatternException {
      String lower = literals.toLowerCase(Locale.ROOT);
      for (int from = Math.max(0, lower.length() - 3); from < lower.length() - 1; from++) {
        if (EXPANSIONS.contains(lower.substring(from))) {
          throw refusal.because(
              "'%s' without regard to case also is one character, which the JDK does not match"
                  .formatted(lower.substring(from)));
        }
      }
      int last = lower.codePointBefore(lower.length());
      if (EXPANSIONS.contains(
          Character.toString(last).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT))) {
        throw refusal.because("this character has several in another case");
      }
    }
  }
}
