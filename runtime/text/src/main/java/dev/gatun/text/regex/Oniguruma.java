package dev.gatun.text.regex;

import java.util.ArrayDeque;
import java.util.Deque;
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

  private final PatternText text;
  private final StringBuilder out = new StringBuilder();

  /** Whether letters match both cases, for each open group. */
  private final Deque<Boolean> ignoreCase = new ArrayDeque<>();

  private final Deque<Boolean> dotAll = new ArrayDeque<>();

  /** How many groups were open when a look behind began; 0 outside of one. */
  private int behind;

  /** Literals since the last other thing, where cases are ignored. */
  private final StringBuilder folded = new StringBuilder();

  private Oniguruma(String source) {
    text = new PatternText(source);
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

  private String translate() throws UnsupportedPatternException {
    while (text.more()) {
      int point = text.source.codePointAt(text.at);
      if ("(|)".indexOf(point) >= 0) {
        folded.setLength(0);
      }
      switch (point) {
        case '(' -> group();
        case ')' -> {
          if (ignoreCase.size() == 1) {
            throw text.refuse("')' without '('");
          }
          text.at++;
          ignoreCase.pop();
          dotAll.pop();
          behind = ignoreCase.size() == behind ? 0 : behind;
          out.append(')');
          quantifiers(out.length(), false);
        }
        case '|' -> {
          text.at++;
          out.append('|');
        }
        default -> element(point);
      }
    }
    if (ignoreCase.size() != 1) {
      throw text.refuse("'(' without ')'");
    }
    return out.toString();
  }

  private void element(int point) throws UnsupportedPatternException {
    int from = out.length();
    if (behind > 0 && "[.\\^$".indexOf(point) >= 0) {
      throw text.refuse(
          "only plain characters can be looked for behind: the JDK misses others there");
    }
    switch (point) {
      case '[' -> {
        folded.setLength(0);
        text.at++;
        out.append(new BracketClass(text).bracket().is());
      }
      case '.' -> {
        folded.setLength(0);
        text.at++;
        out.append(dotAll.getFirst() ? "[" + CharClass.ANY + "]" : "[^\\n]");
      }
      case '^' -> {
        text.at++;
        out.append("(?:^|(?<=\\n)(?!\\z))");
      }
      case '$' -> {
        text.at++;
        out.append("(?=\\n|\\z)");
      }
      case '\\' -> escape();
      case '*', '+', '?' -> throw text.refuse("nothing to repeat before '" + (char) point + "'");
      default -> {
        text.at += Character.charCount(point);
        literal(point);
      }
    }
    quantifiers(from, true);
  }

  private void literal(int point) throws UnsupportedPatternException {
    if (ignoreCase.getFirst()) {
      folded.appendCodePoint(point);
      CaseFolds.refuseExpansions(folded.toString(), text::refuse);
    }
    out.append(PatternText.quoted(point));
  }

  private void quantifiers(int from, boolean resets) throws UnsupportedPatternException {
    boolean first = true;
    while (text.more()) {
      char c = text.source.charAt(text.at);
      String repeat;
      boolean braces = false;
      if (c == '*' || c == '+' || c == '?') {
        repeat = String.valueOf(c);
        text.at++;
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
      if (text.more() && text.source.charAt(text.at) == '?') {
        if (braces && !repeat.contains(",")) {
          throw text.refuse("{n}? means something else in each dialect");
        }
        text.at++;
        out.append('?');
      } else if (text.more() && text.source.charAt(text.at) == '+' && !braces) {
        text.at++;
        out.append('+');
      }
      // Behind braces a plus is no possessive mark but a second repeat: the loop goes on.
    }
  }

  /** Where the group that ends the output begins. */
  private int groupStart() throws UnsupportedPatternException {
    throw text.refuse("two repeats of one group; write (?:...) around the first");
  }

  /** {n}, {n,}, {,m} or {n,m} at this place in Java's form; null where the brace is a literal. */
  private @Nullable String interval() {
    int close = text.source.indexOf('}', text.at);
    if (close < 0) {
      return null;
    }
    String body = text.source.substring(text.at + 1, close);
    if (!body.matches("\\d{1,5}(,\\d{0,5})?|,\\d{1,5}")) {
      return null;
    }
    text.at = close + 1;
    return "{" + (body.startsWith(",") ? "0" : "") + body + "}";
  }

  private void group() throws UnsupportedPatternException {
    text.at++;
    boolean fold = ignoreCase.getFirst();
    boolean all = dotAll.getFirst();
    String open;
    if (!text.take("?")) {
      open = "(";
    } else if (text.take("#")) {
      int close = text.source.indexOf(')', text.at);
      if (close < 0) {
        throw text.refuse("comment without end");
      }
      text.at = close + 1;
      return;
    } else if (text.take("<=") || text.take("<!")) {
      open = "(?<" + text.source.charAt(text.at - 1);
      behind = behind == 0 ? ignoreCase.size() : behind;
    } else if (text.take("=") || text.take("!") || text.take(":") || text.take(">")) {
      open = "(?" + text.source.charAt(text.at - 1);
    } else if (text.take("<")) {
      int close = text.source.indexOf('>', text.at);
      String name = close < 0 ? "" : text.source.substring(text.at, close);
      if (!name.matches("[A-Za-z][A-Za-z0-9]*")) {
        throw text.refuse("only plain names of groups are supported");
      }
      text.at = close + 1;
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
    while (text.more() && ":)".indexOf(text.source.charAt(text.at)) < 0) {
      char flag = text.source.charAt(text.at++);
      switch (flag) {
        case '-' -> on = false;
        case 'i' -> fold = on;
        case 'm' -> all = on;
        default -> throw text.refuse("group option '" + flag + "' is not supported");
      }
    }
    if (!text.more()) {
      throw text.refuse("group without end");
    }
    boolean group = text.source.charAt(text.at++) == ':';
    out.append(fold ? "(?i" : "(?-i").append(group ? ':' : ')');
    if (!group) {
      if (ignoreCase.size() > 1 || text.source.indexOf('|', text.at) >= 0) {
        throw text.refuse("options in the middle of alternatives; write (?i:...)");
      }
      ignoreCase.pop();
      dotAll.pop();
    }
    ignoreCase.push(fold);
    dotAll.push(all);
  }

  private void escape() throws UnsupportedPatternException {
    text.at++;
    if (!text.more()) {
      throw text.refuse("ends with a backslash");
    }
    int point = text.source.codePointAt(text.at);
    Members named = text.shorthand(point);
    if (named != null) {
      folded.setLength(0);
      out.append(named.is());
      return;
    }
    if (point >= '1' && point <= '9') {
      text.at++;
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
      text.at++;
      folded.setLength(0);
      out.append(place);
      return;
    }
    literal(text.escapedPoint());
  }
}
