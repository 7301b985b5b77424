package dev.gatun.text.jinja;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads expressions; operators bind as in Jinja. */
final class ExprParser {
  private static final int DEEPEST = 200;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private final List<Token> tokens;
  private int at;
  private int depth;

  ExprParser(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token ahead(int count) {
    return tokens.get(Math.min(at + count, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  GatunException error(String message) {
    return Template.error(peek().line(), message);
  }

  void expect(Token.Kind kind) {
    if (peek().kind() != kind) {
      String wanted = kind == Token.Kind.PRINT_END ? "}}" : "%}";
      throw error("expected '" + wanted + "', got '" + peek().text() + "'");
    }
    next();
  }

  boolean takes(String operator) {
    if (peek().is(Token.Kind.OPERATOR, operator)) {
      next();
      return true;
    }
    return false;
  }

  private boolean takesName(String name) {
    if (peek().is(Token.Kind.NAME, name)) {
      next();
      return true;
    }
    return false;
  }

  void require(String operator) {
    if (!takes(operator)) {
      throw error("expected '" + operator + "', got '" + peek().text() + "'");
    }
  }

  String name() {
    if (peek().kind() != Token.Kind.NAME) {
      throw error("expected a name, got '" + peek().text() + "'");
    }
    return next().text();
  }

  /** One expression, or several with commas: a list of them. */
  Expr tuple() {
    return tuple(expression());
  }

  /** The same where {@code if} belongs to what is around. */
  Expr tupleWithoutCondition() {
    return tuple(or());
  }

  private Expr tuple(Expr first) {
    if (!peek().is(Token.Kind.OPERATOR, ",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (takes(",")) {
      if (peek().kind() == Token.Kind.PRINT_END
          || peek().kind() == Token.Kind.BLOCK_END
          || peek().is(Token.Kind.OPERATOR, ")")) {
        break;
      }
      items.add(expression());
    }
    return new Expr.ListOf(items);
  }

  Expr expression() {
    if (++depth > DEEPEST) {
      throw error("an expression is nested too deep");
    }
    Expr value = or();
    while (takesName("if")) {
      Expr condition = or();
      Optional<Expr> no = takesName("else") ? Optional.of(expression()) : Optional.empty();
      value = new Expr.Either(condition, value, no);
    }
    depth--;
    return value;
  }

  private Expr or() {
    Expr left = and();
    while (peek().is(Token.Kind.NAME, "or")) {
      int line = next().line();
      left = new Expr.Binary("or", left, and(), line);
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (peek().is(Token.Kind.NAME, "and")) {
      int line = next().line();
      left = new Expr.Binary("and", left, not(), line);
    }
    return left;
  }

  private Expr not() {
    int count = 0;
    int line = peek().line();
    while (takesName("not")) {
      count++;
    }
    Expr value = comparison();
    for (int i = 0; i < count; i++) {
      value = new Expr.Unary("not", value, line);
    }
    return value;
  }

  private Expr comparison() {
    Expr left = sum();
    Expr all = left;
    boolean first = true;
    while (true) {
      int line = peek().line();
      String operator;
      if (peek().kind() == Token.Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
        operator = next().text();
      } else if (takesName("in")) {
        operator = "in";
      } else if (peek().is(Token.Kind.NAME, "not") && ahead(1).is(Token.Kind.NAME, "in")) {
        next();
        next();
        operator = "not in";
      } else {
        return all;
      }
      Expr right = sum();
      Expr one = new Expr.Binary(operator, left, right, line);
      // a < b < c compares neighbours.
      all = first ? one : new Expr.Binary("and", all, one, line);
      left = right;
      first = false;
    }
  }

  private Expr sum() {
    Expr left = concatenation();
    while (isOperator("+", "-")) {
      Token operator = next();
      left = new Expr.Binary(operator.text(), left, concatenation(), operator.line());
    }
    return left;
  }

  private Expr concatenation() {
    Expr left = product();
    while (isOperator("~")) {
      int line = next().line();
      left = new Expr.Binary("~", left, product(), line);
    }
    return left;
  }

  private Expr product() {
    Expr left = unary();
    while (isOperator("*", "/", "//", "%")) {
      Token operator = next();
      left = new Expr.Binary(operator.text(), left, unary(), operator.line());
    }
    return left;
  }

  private boolean isOperator(String... operators) {
    return peek().kind() == Token.Kind.OPERATOR && List.of(operators).contains(peek().text());
  }

  private Expr unary() {
    if (isOperator("-", "+")) {
      if (++depth > DEEPEST) {
        throw error("an expression is nested too deep");
      }
      Token operator = next();
      Expr of = unary();
      depth--;
      return new Expr.Unary(operator.text(), of, operator.line());
    }
    Expr left = filters(primary());
    if (isOperator("**")) {
      int line = next().line();
      return new Expr.Binary("**", left, unary(), line);
    }
    return left;
  }

  private Expr primary() {
    Token token = next();
    Expr value =
        switch (token.kind()) {
          case STRING -> {
            StringBuilder text = new StringBuilder(token.text());
            while (peek().kind() == Token.Kind.STRING) {
              text.append(next().text());
            }
            yield new Expr.Literal(text.toString());
          }
          case INTEGER -> new Expr.Literal(integer(token));
          case REAL -> new Expr.Literal(Double.valueOf(token.text()));
          case NAME ->
              switch (token.text()) {
                case "true", "True" -> new Expr.Literal(true);
                case "false", "False" -> new Expr.Literal(false);
                case "none", "None" -> new Expr.Literal(Values.NONE);
                default -> new Expr.Name(token.text(), token.line());
              };
          case OPERATOR ->
              switch (token.text()) {
                case "(" -> parenthesized();
                case "[" -> list();
                case "{" -> mapping();
                default -> throw unexpected(token);
              };
          default -> throw unexpected(token);
        };
    return postfix(value);
  }

  private static GatunException unexpected(Token token) {
    return Template.error(token.line(), "'" + token.text() + "' is not expected here");
  }

  private static Long integer(Token token) {
    try {
      return Long.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw Template.error(token.line(), "the number " + token.text() + " is too large");
    }
  }

  private Expr parenthesized() {
    if (takes(")")) {
      return new Expr.ListOf(List.of());
    }
    Expr value = tuple();
    require(")");
    return value;
  }

  private Expr list() {
    List<Expr> items = new ArrayList<>();
    while (!takes("]")) {
      items.add(expression());
      if (!peek().is(Token.Kind.OPERATOR, "]")) {
        require(",");
      }
    }
    return new Expr.ListOf(items);
  }

  private Expr mapping() {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!takes("}")) {
      keys.add(expression());
      require(":");
      values.add(expression());
      if (!peek().is(Token.Kind.OPERATOR, "}")) {
        require(",");
      }
    }
    return new Expr.MapOf(keys, values);
  }

  private Expr postfix(Expr first) {
    Expr value = first;
    while (true) {
      int line = peek().line();
      if (takes(".")) {
        if (peek().kind() == Token.Kind.INTEGER) {
          value = new Expr.Item(value, new Expr.Literal(integer(next())), line);
        } else {
          value = new Expr.Attribute(value, name(), line);
        }
      } else if (takes("[")) {
        value = item(value, line);
      } else if (takes("(")) {
        value = new Expr.Call(value, arguments(), line);
      } else {
        return value;
      }
    }
  }

  private Expr item(Expr of, int line) {
    Optional<Expr> from =
        peek().is(Token.Kind.OPERATOR, ":") ? Optional.empty() : Optional.of(expression());
    if (from.isPresent() && takes("]")) {
      return new Expr.Item(of, from.get(), line);
    }
    require(":");
    Optional<Expr> to = bound();
    Optional<Expr> step = takes(":") ? bound() : Optional.empty();
    require("]");
    return new Expr.Part(of, from, to, step, line);
  }

  private Optional<Expr> bound() {
    return isOperator(":", "]") ? Optional.empty() : Optional.of(expression());
  }

  private Expr.Arguments arguments() {
    List<Expr> inOrder = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    while (!takes(")")) {
      if (isOperator("*", "**")) {
        throw error("arguments with '" + peek().text() + "' are not supported");
      }
      if (peek().kind() == Token.Kind.NAME && ahead(1).is(Token.Kind.OPERATOR, "=")) {
        String name = name();
        next();
        named.put(name, expression());
      } else {
        inOrder.add(expression());
      }
      if (!peek().is(Token.Kind.OPERATOR, ")")) {
        require(",");
      }
    }
    return new Expr.Arguments(inOrder, named);
  }

  /** The filters of a block, whose text is what they are applied to. */
  Expr blockFilter() {
    return filters(filter(new Expr.Literal("")));
  }

  /** Filters and tests behind a value. */
  private Expr filters(Expr first) {
    Expr value = first;
    while (true) {
      if (takes("|")) {
        value = filter(value);
      } else if (peek().is(Token.Kind.NAME, "is")) {
        value = test(value);
      } else {
        return value;
      }
    }
  }

  private Expr filter(Expr of) {
    int line = peek().line();
    String name = name();
    Expr.Arguments arguments = takes("(") ? arguments() : Expr.Arguments.NONE;
    return postfix(new Expr.Filter(of, name, arguments, line));
  }

  private Expr test(Expr of) {
    int line = next().line();
    boolean negated = takesName("not");
    String name = peek().is(Token.Kind.NAME, "in") ? next().text() : name();
    Expr.Arguments arguments = Expr.Arguments.NONE;
    if (takes("(")) {
      arguments = arguments();
    } else if (beginsValue()) {
      arguments = new Expr.Arguments(List.of(primary()), Map.of());
    }
    Expr test = new Expr.Test(of, name, arguments, line);
    return negated ? new Expr.Unary("not", test, line) : test;
  }

  /** Whether a test has an argument without parentheses, as {@code x is divisibleby 3}. */
  private boolean beginsValue() {
    return switch (peek().kind()) {
      case STRING, INTEGER, REAL -> true;
      case NAME -> !Set.of("and", "or", "not", "in", "is", "if", "else").contains(peek().text());
      case OPERATOR -> isOperator("[", "{");
      default -> false;
    };
  }
}
