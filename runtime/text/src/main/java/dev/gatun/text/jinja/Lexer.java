package dev.gatun.text.jinja;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts a template into tokens. White space is treated as in published models: a line break right
 * behind a block goes, as do blanks between the start of a line and a block; {@code -} takes all
 * white space on its side.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "(", ")", "[",
          "]", "{", "}", ",", ":", ".", "|", "=");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean trimNext;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String text = template.replace("\r\n", "\n").replace('\r', '\n');
    // One line break at the very end does not count.
    return new Lexer(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).run();
  }

  private List<Token> run() {
    while (at < source.length()) {
      int open = nextOpening(at);
      data(open);
      if (open == source.length()) {
        break;
      }
      switch (source.charAt(open + 1)) {
        case '#' -> comment(open);
        case '%' -> {
          if (!raw(open)) {
            code(open, Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
          }
        }
        default -> code(open, Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END, "}}");
      }
    }
    tokens.add(new Token(Token.Kind.END, "the end", line));
    return tokens;
  }

  private int nextOpening(int from) {
    for (int i = from; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  /** What is between two tags, without white space that does not count. */
  private void data(int end) {
    String text = source.substring(at, end);
    int begun = line;
    line += lines(text);
    if (trimNext) {
      text = text.stripLeading();
      trimNext = false;
    }
    if (end < source.length()) {
      char kind = source.charAt(end + 1);
      char sign = end + 2 < source.length() ? source.charAt(end + 2) : ' ';
      if (sign == '-') {
        text = text.stripTrailing();
      } else if (kind != '{' && sign != '+') {
        text = withoutIndent(text);
      }
    }
    if (!text.isEmpty()) {
      tokens.add(new Token(Token.Kind.DATA, text, begun));
    }
    at = end;
  }

  private String withoutIndent(String text) {
    int last = text.length();
    while (last > 0 && (text.charAt(last - 1) == ' ' || text.charAt(last - 1) == '\t')) {
      last--;
    }
    boolean fromLineStart =
        last > 0 ? text.charAt(last - 1) == '\n' : at == 0 || source.charAt(at - 1) == '\n';
    return fromLineStart ? text.substring(0, last) : text;
  }

  private static int lines(String text) {
    return (int) text.chars().filter(c -> c == '\n').count();
  }

  private void comment(int open) {
    int end = source.indexOf("#}", open + 2);
    if (end < 0) {
      throw error("a comment has no end");
    }
    line += lines(source.substring(open, end));
    boolean trims = source.charAt(end - 1) == '-';
    at = end + 2;
    after(trims, source.charAt(end - 1) == '+', true);
  }

  /** Behind a tag. */
  private void after(boolean trims, boolean keeps, boolean block) {
    trimNext = trims;
    if (!trims && !keeps && block && at < source.length() && source.charAt(at) == '\n') {
      at++;
      line++;
    }
  }

  /** What is between raw and endraw goes out as it is. */
  private boolean raw(int open) {
    java.util.regex.Matcher begin =
        java.util.regex.Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%}").matcher(source);
    begin.region(open, source.length());
    if (!begin.lookingAt()) {
      return false;
    }
    java.util.regex.Matcher end =
        java.util.regex.Pattern.compile("\\{%(-?)\\s*endraw\\s*([-+]?)%}").matcher(source);
    if (!end.find(begin.end())) {
      throw error("'raw' has no 'endraw'");
    }
    String text = source.substring(begin.end(), end.start());
    if (begin.group(1).isEmpty()) {
      text = text.startsWith("\n") ? text.substring(1) : text;
    } else {
      text = text.stripLeading();
    }
    text = end.group(1).isEmpty() ? text : text.stripTrailing();
    tokens.add(new Token(Token.Kind.DATA, text, line));
    line += lines(source.substring(open, end.end()));
    at = end.end();
    after(end.group(2).equals("-"), end.group(2).equals("+"), true);
    return true;
  }

  private void code(int open, Token.Kind begin, Token.Kind finish, String closing) {
    int begun = line;
    tokens.add(new Token(begin, closing, line));
    at = open + 2;
    if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
      at++;
    }
    int depth = 0;
    while (true) {
      blanks();
      if (at >= source.length()) {
        line = begun;
        throw error("a tag has no '" + closing + "'");
      }
      char c = source.charAt(at);
      boolean trims = c == '-' && source.startsWith(closing, at + 1);
      boolean keeps = c == '+' && source.startsWith(closing, at + 1);
      // A brace that closes a mapping is none that closes the tag.
      if (depth == 0 && (trims || keeps || source.startsWith(closing, at))) {
        tokens.add(new Token(finish, closing, line));
        at += closing.length() + (trims || keeps ? 1 : 0);
        after(trims, keeps, begin == Token.Kind.BLOCK_BEGIN);
        return;
      }
      depth += "{[(".indexOf(c) >= 0 ? 1 : "}])".indexOf(c) >= 0 ? -1 : 0;
      token(c);
    }
  }

  private void blanks() {
    while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
      line += source.charAt(at) == '\n' ? 1 : 0;
      at++;
    }
  }

  private void token(char c) {
    if (c == '\'' || c == '"') {
      string(c);
    } else if (c >= '0' && c <= '9') {
      number();
    } else if (Character.isJavaIdentifierStart(c) && c != '$') {
      int from = at;
      while (at < source.length() && Character.isJavaIdentifierPart(source.charAt(at))) {
        at++;
      }
      tokens.add(new Token(Token.Kind.NAME, source.substring(from, at), line));
    } else {
      for (String operator : OPERATORS) {
        if (source.startsWith(operator, at)) {
          tokens.add(new Token(Token.Kind.OPERATOR, operator, line));
          at += operator.length();
          return;
        }
      }
      throw error("'" + c + "' is not understood");
    }
  }

  private void number() {
    int from = at;
    while (at < source.length() && (isDigit(at) || source.charAt(at) == '_')) {
      at++;
    }
    boolean real = at + 1 < source.length() && source.charAt(at) == '.' && isDigit(at + 1);
    if (real) {
      at++;
      while (at < source.length() && isDigit(at)) {
        at++;
      }
    }
    if (at < source.length() && (source.charAt(at) == 'e' || source.charAt(at) == 'E')) {
      int digits = at + 1;
      if (digits < source.length() && "+-".indexOf(source.charAt(digits)) >= 0) {
        digits++;
      }
      if (digits < source.length() && isDigit(digits)) {
        real = true;
        at = digits;
        while (at < source.length() && isDigit(at)) {
          at++;
        }
      }
    }
    String text = source.substring(from, at).replace("_", "");
    tokens.add(new Token(real ? Token.Kind.REAL : Token.Kind.INTEGER, text, line));
  }

  private boolean isDigit(int i) {
    return source.charAt(i) >= '0' && source.charAt(i) <= '9';
  }

  private void string(char quote) {
    int begun = line;
    StringBuilder text = new StringBuilder();
    for (at++; at < source.length() && source.charAt(at) != quote; at++) {
      char c = source.charAt(at);
      line += c == '\n' ? 1 : 0;
      if (c == '\\' && at + 1 < source.length()) {
        at++;
        escape(text);
      } else {
        text.append(c);
      }
    }
    if (at >= source.length()) {
      line = begun;
      throw error("a text has no end");
    }
    at++;
    tokens.add(new Token(Token.Kind.STRING, text.toString(), begun));
  }

  private void escape(StringBuilder text) {
    char c = source.charAt(at);
    switch (c) {
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case '0' -> text.append('\0');
      case '\\', '\'', '"' -> text.append(c);
      case '\n' -> line++;
      case 'x' -> code(text, 2);
      case 'u' -> code(text, 4);
      case 'U' -> code(text, 8);
      default -> text.append('\\').append(c);
    }
  }

  private void code(StringBuilder text, int digits) {
    String hex = at + digits < source.length() ? source.substring(at + 1, at + 1 + digits) : "";
    if (!hex.toLowerCase(Locale.ROOT).matches("[0-9a-f]+")
        || !Character.isValidCodePoint(Integer.parseUnsignedInt(hex, 16))) {
      throw error("a text has a wrong escape '\\" + source.charAt(at) + "'");
    }
    text.appendCodePoint(Integer.parseInt(hex, 16));
    at += digits;
  }

  private GatunException error(String message) {
    return Template.error(line, message);
  }
}
