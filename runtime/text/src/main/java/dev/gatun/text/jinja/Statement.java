package dev.gatun.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A statement of a template. */
sealed interface Statement {
  /** What goes out as it is. */
  record Data(String text) implements Statement {}

  record Print(Expr value, int line) implements Statement {}

  /** The first branch whose condition holds; the last one may have none. */
  record If(List<Optional<Expr>> conditions, List<List<Statement>> branches) implements Statement {}

  record For(
      List<String> targets,
      Expr items,
      Optional<Expr> condition,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  /** {@code set a, b = value}; a target may be an attribute of a namespace. */
  record Set(List<Expr> targets, Expr value, int line) implements Statement {}

  /** {@code set a} ... {@code endset}. */
  record Capture(Expr target, List<Statement> body, int line) implements Statement {}

  record Macro(
      String name,
      List<String> parameters,
      Map<String, Expr> defaults,
      List<Statement> body,
      int line)
      implements Statement {}

  /** Statements in a place of their own, such as what a model has said. */
  record Group(List<Statement> body) implements Statement {}

  /** {@code filter name} ... {@code endfilter}. */
  record Filtered(Expr.Filter filter, List<Statement> body) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}
}
