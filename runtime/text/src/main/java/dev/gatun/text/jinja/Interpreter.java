package dev.gatun.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a template once. */
final class Interpreter {
  /** A template that does more is stopped: files are not trusted. */
  private static final int MOST_STEPS = 5_000_000;

  private static final int DEEPEST = 60;

  /** What ends a round of a loop early. */
  private enum Flow {
    ON,
    CONTINUE,
    BREAK
  }

  private final Filters filters = new Filters(this);
  private StringBuilder out = new StringBuilder();
  private int steps;
  private int depth;

  String run(List<Statement> statements, Scope scope) {
    run(statements, scope, 0);
    return out.toString();
  }

  private void step(int line) {
    if (++steps > MOST_STEPS || out.length() > Template.MOST_CHARACTERS) {
      throw Template.error(line, "the template does not come to an end");
    }
  }

  private Flow run(List<Statement> statements, Scope scope, int line) {
    for (Statement statement : statements) {
      step(line);
      Flow flow = run(statement, scope);
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow run(Statement statement, Scope scope) {
    switch (statement) {
      case Statement.Data(String text) -> out.append(text);
      case Statement.Print(Expr value, int line) -> {
        step(line);
        out.append(Values.text(value(value, scope)));
      }
      case Statement.If(var conditions, var branches) -> {
        for (int i = 0; i < branches.size(); i++) {
          Optional<Expr> condition = conditions.get(i);
          if (condition.isEmpty() || Values.isTrue(value(condition.get(), scope))) {
            return run(branches.get(i), scope, 0);
          }
        }
      }
      case Statement.For loop -> loop(loop, scope);
      case Statement.Set(var targets, Expr expr, int line) -> {
        Object value = value(expr, scope);
        if (targets.size() == 1) {
          assign(targets.get(0), value, scope, line);
        } else {
          List<Object> items = unpacked(value, targets.size(), line);
          for (int i = 0; i < items.size(); i++) {
            assign(targets.get(i), items.get(i), scope, line);
          }
        }
      }
      case Statement.Capture(Expr target, var body, int line) ->
          assign(target, captured(body, new Scope(scope)), scope, line);
      case Statement.Macro macro -> scope.set(macro.name(), macro(macro, scope));
      case Statement.Group(var body) -> {
        return run(body, scope, 0);
      }
      case Statement.Filtered(Expr.Filter filter, var body) ->
          out.append(Values.text(filtered(filter, captured(body, new Scope(scope)), scope)));
      case Statement.Break stop -> {
        return Flow.BREAK;
      }
      case Statement.Continue next -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  /** Applies the innermost of the filters to a text, the others to what it gives. */
  private Object filtered(Expr.Filter filter, String text, Scope scope) {
    Object of =
        filter.of() instanceof Expr.Filter inner ? filtered(inner, text, scope) : (Object) text;
    return filters.apply(
        filter.name(),
        of,
        given("'" + filter.name() + "'", filter.arguments(), scope, filter.line()));
  }

  private String captured(List<Statement> body, Scope scope) {
    StringBuilder before = out;
    out = new StringBuilder();
    try {
      run(body, scope, 0);
      return out.toString();
    } finally {
      out = before;
    }
  }

  private static List<Object> unpacked(Object value, int count, int line) {
    List<Object> items = Values.items(value, line);
    if (items.size() != count) {
      throw Template.error(line, items.size() + " values for " + count + " names");
    }
    return items;
  }

  private void assign(Expr target, Object value, Scope scope, int line) {
    if (target instanceof Expr.Attribute attribute) {
      if (!(value(attribute.of(), scope) instanceof Values.Namespace namespace)) {
        throw Template.error(line, "only attributes of a namespace can be set");
      }
      namespace.values().put(attribute.name(), value);
    } else if (target instanceof Expr.Name name) {
      scope.set(name.name(), value);
    }
  }

  private void loop(Statement.For loop, Scope scope) {
    List<Object> items = Values.items(value(loop.items(), scope), loop.line());
    if (loop.condition().isPresent()) {
      Expr condition = loop.condition().get();
      items.removeIf(
          item -> {
            Scope inner = new Scope(scope);
            bind(loop, item, inner);
            step(loop.line());
            return !Values.isTrue(value(condition, inner));
          });
    }
    for (int i = 0; i < items.size(); i++) {
      step(loop.line());
      Scope inner = new Scope(scope);
      inner.set("loop", position(items, i));
      bind(loop, items.get(i), inner);
      if (run(loop.body(), inner, loop.line()) == Flow.BREAK) {
        break;
      }
    }
    if (items.isEmpty()) {
      run(loop.otherwise(), scope, loop.line());
    }
  }

  private static void bind(Statement.For loop, Object item, Scope scope) {
    List<String> names = loop.targets();
    if (names.size() == 1) {
      scope.set(names.get(0), item);
      return;
    }
    List<Object> parts = unpacked(item, names.size(), loop.line());
    for (int i = 0; i < parts.size(); i++) {
      scope.set(names.get(i), parts.get(i));
    }
  }

  private static Object position(List<Object> items, int i) {
    Map<String, Object> loop = new LinkedHashMap<>();
    int size = items.size();
    loop.put("index", i + 1L);
    loop.put("index0", (long) i);
    loop.put("revindex", (long) (size - i));
    loop.put("revindex0", size - i - 1L);
    loop.put("first", i == 0);
    loop.put("last", i == size - 1);
    loop.put("length", (long) size);
    if (i > 0) {
      loop.put("previtem", items.get(i - 1));
    }
    if (i < size - 1) {
      loop.put("nextitem", items.get(i + 1));
    }
    Values.Function cycle =
        (arguments, named, line) ->
            arguments.isEmpty()
                ? new Values.Missing("a cycle of nothing")
                : arguments.get(i % arguments.size());
    loop.put("cycle", cycle);
    return new Values.Namespace(loop);
  }

  private Values.Function macro(Statement.Macro macro, Scope scope) {
    return (arguments, named, line) -> {
      Given given =
          new Given("'" + macro.name() + "'", arguments, named, line)
              .only(macro.parameters().toArray(new String[0]));
      if (++depth > DEEPEST) {
        throw Template.error(line, "macros call each other too often");
      }
      Scope inner = new Scope(scope);
      for (int i = 0; i < macro.parameters().size(); i++) {
        String name = macro.parameters().get(i);
        Expr otherwise = macro.defaults().get(name);
        Optional<Object> found = given.find(i, name);
        if (found.isPresent() || otherwise != null) {
          inner.set(name, found.orElseGet(() -> otherwise == null ? "" : value(otherwise, inner)));
        } else {
          inner.set(name, new Values.Missing("'" + name + "'"));
        }
      }
      String text = captured(macro.body(), inner);
      depth--;
      return text;
    };
  }

  private Given given(String what, Expr.Arguments arguments, Scope scope, int line) {
    List<Object> inOrder = new ArrayList<>();
    arguments.inOrder().forEach(each -> inOrder.add(value(each, scope)));
    Map<String, Object> named = new LinkedHashMap<>();
    arguments.named().forEach((name, each) -> named.put(name, value(each, scope)));
    return new Given(what, inOrder, named, line);
  }

  Object value(Expr expr, Scope scope) {
    return switch (expr) {
      case Expr.Literal(Object value) -> value;
      case Expr.Name(String name, int line) -> scope.get(name);
      case Expr.ListOf(var items) -> {
        List<Object> list = new ArrayList<>();
        items.forEach(item -> list.add(value(item, scope)));
        yield list;
      }
      case Expr.MapOf(var keys, var values) -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
          map.put(value(keys.get(i), scope), value(values.get(i), scope));
        }
        yield map;
      }
      case Expr.Attribute(Expr of, String name, int line) ->
          attribute(value(of, scope), name, line);
      case Expr.Item(Expr of, Expr at, int line) -> item(value(of, scope), value(at, scope), line);
      case Expr.Part part -> part(part, scope);
      case Expr.Call(Expr of, var arguments, int line) -> {
        step(line);
        Object function = value(of, scope);
        if (!(function instanceof Values.Function f)) {
          throw Template.error(line, Values.kind(function) + " cannot be called");
        }
        Given given = given("a call", arguments, scope, line);
        yield f.call(given.inOrder(), given.named(), line);
      }
      case Expr.Filter(Expr of, String name, var arguments, int line) ->
          filters.apply(name, value(of, scope), given("'" + name + "'", arguments, scope, line));
      case Expr.Test(Expr of, String name, var arguments, int line) ->
          Predicates.holds(name, value(of, scope), given("'" + name + "'", arguments, scope, line));
      case Expr.Unary(String operator, Expr of, int line) -> {
        Object value = value(of, scope);
        yield switch (operator) {
          case "not" -> !Values.isTrue(value);
          case "-" -> Values.arithmetic("-", 0L, value, line);
          default -> Values.arithmetic("+", 0L, value, line);
        };
      }
      case Expr.Binary binary -> binary(binary, scope);
      case Expr.Either(Expr condition, Expr yes, Optional<Expr> no) ->
          Values.isTrue(value(condition, scope))
              ? value(yes, scope)
              : no.map(other -> value(other, scope))
                  .orElseGet(() -> new Values.Missing("a value without 'else'"));
    };
  }

  private Object binary(Expr.Binary binary, Scope scope) {
    Object left = value(binary.left(), scope);
    int line = binary.line();
    switch (binary.operator()) {
      case "and" -> {
        return Values.isTrue(left) ? value(binary.right(), scope) : left;
      }
      case "or" -> {
        return Values.isTrue(left) ? left : value(binary.right(), scope);
      }
      default -> {}
    }
    Object right = value(binary.right(), scope);
    return switch (binary.operator()) {
      case "==" -> Values.equal(left, right);
      case "!=" -> !Values.equal(left, right);
      case "<" -> Values.compare(left, right, line) < 0;
      case "<=" -> Values.compare(left, right, line) <= 0;
      case ">" -> Values.compare(left, right, line) > 0;
      case ">=" -> Values.compare(left, right, line) >= 0;
      case "in" -> Values.contains(right, left, line);
      case "not in" -> !Values.contains(right, left, line);
      case "~" -> Values.text(left) + Values.text(right);
      default -> Values.arithmetic(binary.operator(), left, right, line);
    };
  }

  /** What a value calls so: a method, else an item. */
  Object attribute(Object of, String name, int line) {
    if (of instanceof Values.Missing missing) {
      throw Values.missing(missing, line);
    }
    if (of instanceof Values.Namespace namespace) {
      Object value = namespace.values().get(name);
      return value != null ? value : new Values.Missing("'" + name + "'");
    }
    Optional<Values.Function> method = Methods.find(of, name);
    return method.isPresent() ? method.get() : found(of, name);
  }

  private static Object found(Object of, Object key) {
    Object value = of instanceof Map<?, ?> map ? map.get(key) : null;
    return value != null ? value : new Values.Missing(Values.quoted(key));
  }

  private static Object item(Object of, Object at, int line) {
    return switch (of) {
      case Values.Missing missing -> throw Values.missing(missing, line);
      case Values.Namespace namespace -> found(namespace.values(), at);
      case Map<?, ?> map -> found(map, at);
      case List<?> list when at instanceof Long n -> at(new ArrayList<>(list), n);
      case String s when at instanceof Long n -> at(Values.items(s, line), n);
      default ->
          at instanceof String name && Methods.find(of, name).isPresent()
              ? Methods.find(of, name).get()
              : new Values.Missing(Values.quoted(at));
    };
  }

  private static Object at(List<Object> items, long n) {
    long at = n < 0 ? n + items.size() : n;
    return at >= 0 && at < items.size()
        ? items.get((int) at)
        : new Values.Missing("item " + n + " of " + items.size());
  }

  private Object part(Expr.Part part, Scope scope) {
    Object of = value(part.of(), scope);
    if (of instanceof Values.Missing missing) {
      throw Values.missing(missing, part.line());
    }
    List<Object> items = Values.items(of, part.line());
    long size = items.size();
    long step = bound(part.step(), 1, scope, part.line());
    if (step == 0) {
      throw Template.error(part.line(), "the step of a part must not be 0");
    }
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? size : size - 1;
    long from =
        clamped(
            part.from(), step > 0 ? lowest : highest, size, lowest, highest, scope, part.line());
    long to =
        clamped(part.to(), step > 0 ? highest : lowest, size, lowest, highest, scope, part.line());
    List<Object> found = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      found.add(items.get((int) i));
    }
    return of instanceof String ? Methods.joined("", found, part.line()) : found;
  }

  private long bound(Optional<Expr> expr, long otherwise, Scope scope, int line) {
    Object value = expr.map(e -> value(e, scope)).orElse(Values.NONE);
    return value == Values.NONE ? otherwise : Values.whole(value, "a bound", line);
  }

  private long clamped(
      Optional<Expr> expr,
      long otherwise,
      long size,
      long lowest,
      long highest,
      Scope scope,
      int line) {
    Object value = expr.map(e -> value(e, scope)).orElse(Values.NONE);
    if (value == Values.NONE) {
      return otherwise;
    }
    long n = Values.whole(value, "a bound", line);
    return Math.clamp(n < 0 ? n + size : n, lowest, highest);
  }
}
