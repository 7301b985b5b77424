package dev.gatun.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An expression of a template. */
sealed interface Expr {
  /** A value as it stands there. */
  record Literal(Object value) implements Expr {}

  record Name(String name, int line) implements Expr {}

  record ListOf(List<Expr> items) implements Expr {}

  record MapOf(List<Expr> keys, List<Expr> values) implements Expr {}

  /** {@code of.name} */
  record Attribute(Expr of, String name, int line) implements Expr {}

  /** {@code of[at]} */
  record Item(Expr of, Expr at, int line) implements Expr {}

  /** {@code of[from:to:step]} */
  record Part(Expr of, Optional<Expr> from, Optional<Expr> to, Optional<Expr> step, int line)
      implements Expr {}

  record Call(Expr of, Arguments arguments, int line) implements Expr {}

  record Filter(Expr of, String name, Arguments arguments, int line) implements Expr {}

  record Test(Expr of, String name, Arguments arguments, int line) implements Expr {}

  record Unary(String operator, Expr of, int line) implements Expr {}

  record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

  /** {@code yes if condition else no} */
  record Either(Expr condition, Expr yes, Optional<Expr> no) implements Expr {}

  /** What a call is given. */
  record Arguments(List<Expr> inOrder, Map<String, Expr> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());
  }
}
