package dev.gatun.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the statements of a template. */
final class Parser {
  private static final int DEEPEST = 100;
  private final ExprParser in;
  private int depth;
  private int loops;

  private Parser(List<Token> tokens) {
    in = new ExprParser(tokens);
  }

  static List<Statement> parse(String template) {
    Parser parser = new Parser(Lexer.tokens(template));
    List<Statement> all = parser.statements();
    if (parser.in.peek().kind() != Token.Kind.END) {
      parser.in.next(); // the beginning of a block
      throw parser.in.error("'" + parser.in.peek().text() + "' has no beginning");
    }
    return all;
  }

  /** Statements up to a block that only others can begin with, or the end. */
  private List<Statement> statements() {
    if (++depth > DEEPEST) {
      throw in.error("blocks lie too deep in each other");
    }
    List<Statement> all = new ArrayList<>();
    while (true) {
      Token token = in.peek();
      switch (token.kind()) {
        case DATA -> all.add(new Statement.Data(in.next().text()));
        case PRINT_BEGIN -> {
          in.next();
          all.add(new Statement.Print(in.tuple(), token.line()));
          in.expect(Token.Kind.PRINT_END);
        }
        case BLOCK_BEGIN -> {
          String name = in.ahead(1).text();
          if (isInner(name)) {
            depth--;
            return all;
          }
          in.next();
          all.add(block(in.name()));
        }
        default -> {
          depth--;
          return all;
        }
      }
    }
  }

  private static boolean isInner(String name) {
    return name.startsWith("end") || name.equals("else") || name.equals("elif");
  }

  private Statement block(String name) {
    int line = in.peek().line();
    return switch (name) {
      case "if" -> branches();
      case "for" -> loop(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "generation" -> {
        in.expect(Token.Kind.BLOCK_END);
        yield new Statement.Group(body("endgeneration"));
      }
      case "filter" -> {
        Expr filter = in.blockFilter();
        in.expect(Token.Kind.BLOCK_END);
        if (!(filter instanceof Expr.Filter f)) {
          throw Template.error(line, "'filter' needs the name of a filter");
        }
        yield new Statement.Filtered(f, body("endfilter"));
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw Template.error(line, "'" + name + "' outside of a loop");
        }
        in.expect(Token.Kind.BLOCK_END);
        yield name.equals("break") ? new Statement.Break(line) : new Statement.Continue(line);
      }
      default ->
          throw Template.error(
              line,
              "the block '"
                  + name
                  + "' is not supported; known: if, for, set, macro, filter, generation, break,"
                  + " continue, raw");
    };
  }

  /** The rest of a block without branches, with its end. */
  private List<Statement> body(String end) {
    List<Statement> body = statements();
    end(end);
    return body;
  }

  private void end(String end) {
    if (in.peek().kind() == Token.Kind.END) {
      throw in.error("'" + end + "' is missing");
    }
    in.next();
    String name = in.name();
    if (!name.equals(end)) {
      throw in.error("expected '" + end + "', got '" + name + "'");
    }
    if (in.peek().kind() == Token.Kind.NAME && end.equals("endmacro")) {
      in.next();
    }
    in.expect(Token.Kind.BLOCK_END);
  }

  private boolean begins(String name) {
    return in.peek().kind() == Token.Kind.BLOCK_BEGIN && in.ahead(1).text().equals(name);
  }

  private Statement branches() {
    List<Optional<Expr>> conditions = new ArrayList<>();
    List<List<Statement>> branches = new ArrayList<>();
    conditions.add(Optional.of(in.tuple()));
    in.expect(Token.Kind.BLOCK_END);
    branches.add(statements());
    while (begins("elif")) {
      in.next();
      in.next();
      conditions.add(Optional.of(in.tuple()));
      in.expect(Token.Kind.BLOCK_END);
      branches.add(statements());
    }
    if (begins("else")) {
      in.next();
      in.next();
      in.expect(Token.Kind.BLOCK_END);
      conditions.add(Optional.empty());
      branches.add(statements());
    }
    end("endif");
    return new Statement.If(conditions, branches);
  }

  private Statement loop(int line) {
    List<String> targets = new ArrayList<>();
    boolean parentheses = in.takes("(");
    do {
      targets.add(in.name());
    } while (in.takes(","));
    if (parentheses) {
      in.require(")");
    }
    if (!in.name().equals("in")) {
      throw in.error("'for' needs 'in'");
    }
    Expr items = in.tupleWithoutCondition();
    Optional<Expr> condition = Optional.empty();
    if (in.peek().is(Token.Kind.NAME, "if")) {
      in.next();
      condition = Optional.of(in.expression());
    }
    if (in.peek().is(Token.Kind.NAME, "recursive")) {
      throw in.error("recursive loops are not supported");
    }
    in.expect(Token.Kind.BLOCK_END);
    loops++;
    List<Statement> body = statements();
    loops--;
    List<Statement> otherwise = List.of();
    if (begins("else")) {
      in.next();
      in.next();
      in.expect(Token.Kind.BLOCK_END);
      otherwise = statements();
    }
    end("endfor");
    return new Statement.For(targets, items, condition, body, otherwise, line);
  }

  private Statement set(int line) {
    List<Expr> targets = new ArrayList<>();
    do {
      Expr target = new Expr.Name(in.name(), line);
      targets.add(in.takes(".") ? new Expr.Attribute(target, in.name(), line) : target);
    } while (in.takes(","));
    if (in.takes("=")) {
      Expr value = in.tuple();
      in.expect(Token.Kind.BLOCK_END);
      return new Statement.Set(targets, value, line);
    }
    in.expect(Token.Kind.BLOCK_END);
    if (targets.size() > 1) {
      throw Template.error(line, "'set' of several names needs '='");
    }
    return new Statement.Capture(targets.get(0), body("endset"), line);
  }

  private Statement macro(int line) {
    String name = in.name();
    List<String> parameters = new ArrayList<>();
    Map<String, Expr> defaults = new LinkedHashMap<>();
    in.require("(");
    while (!in.takes(")")) {
      String parameter = in.name();
      parameters.add(parameter);
      if (in.takes("=")) {
        defaults.put(parameter, in.expression());
      }
      if (!in.peek().is(Token.Kind.OPERATOR, ")")) {
        in.require(",");
      }
    }
    in.expect(Token.Kind.BLOCK_END);
    int outer = loops;
    loops = 0;
    List<Statement> body = body("endmacro");
    loops = outer;
    return new Statement.Macro(name, parameters, defaults, body, line);
  }
}
