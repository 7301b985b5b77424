package dev.gatun.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What filters make of values. */
final class Filters {
  private static final String KNOWN =
      "trim, tojson, default, length, join, first, last, upper, lower, capitalize, title, replace,"
          + " reverse, list, string, int, float, abs, items, dictsort, sort, unique, sum, min, max,"
          + " map, select, reject, selectattr, rejectattr, indent, safe";

  private final Interpreter interpreter;

  Filters(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  Object apply(String name, Object of, Given g) {
    int line = g.line();
    return switch (name) {
      case "trim" -> Strip.both(Values.text(of), g.only("chars").text(0, "chars", ""));
      case "tojson" -> Json.of(of, indent(g), line);
      case "default", "d" -> {
        boolean absent = of instanceof Values.Missing || g.flag(1, "boolean") && !Values.isTrue(of);
        yield absent ? g.only("value", "boolean").find(0, "value").orElse("") : of;
      }
      case "length", "count" -> length(of, line);
      case "join" -> {
        Object items = of;
        if (g.find(1, "attribute").isPresent()) {
          items = attributes(of, g.text(1, "attribute"), line);
        }
        yield Methods.joined(g.only("d", "attribute").text(0, "d", ""), items, line);
      }
      case "first" -> end(of, true, line);
      case "last" -> end(of, false, line);
      case "upper" -> Values.text(of).toUpperCase(Locale.ROOT);
      case "lower" -> Values.text(of).toLowerCase(Locale.ROOT);
      case "capitalize" -> Methods.capitalized(Values.text(of));
      case "title" -> Methods.title(Values.text(of));
      case "replace" -> Methods.replaced(Values.text(of), g.only("old", "new", "count"));
      case "reverse" -> {
        if (of instanceof String s) {
          yield new StringBuilder(s).reverse().toString();
        }
        List<Object> items = Values.items(of, line);
        Collections.reverse(items);
        yield items;
      }
      case "list" -> Values.items(of, line);
      case "string" -> Values.text(of);
      case "safe" -> of;
      case "int" -> whole(of, g.whole(0, "default", 0));
      case "float" -> real(of);
      case "abs" ->
          of instanceof Double d ? Math.abs(d) : (Object) Math.abs(Values.whole(of, "abs", line));
      case "items" ->
          of instanceof Map<?, ?> map
              ? Methods.pairs(map)
              : of instanceof Values.Missing ? List.of() : refuse("items", of, line);
      case "dictsort" -> {
        if (!(of instanceof Map<?, ?> map)) {
          yield refuse("dictsort", of, line);
        }
        List<Object> pairs = Methods.pairs(map);
        pairs.sort(
            (a, b) ->
                Values.compare(folded(((List<?>) a).get(0)), folded(((List<?>) b).get(0)), line));
        yield pairs;
      }
      case "sort" -> sorted(of, g.only("reverse", "case_sensitive", "attribute"));
      case "unique" -> {
        List<Object> found = new ArrayList<>();
        for (Object item : Values.items(of, line)) {
          if (found.stream().noneMatch(other -> Values.equal(other, item))) {
            found.add(item);
          }
        }
        yield found;
      }
      case "sum" -> {
        Object sum = 0L;
        for (Object item : Values.items(of, line)) {
          sum = Values.arithmetic("+", sum, item, line);
        }
        yield sum;
      }
      case "min", "max" -> {
        Comparator<Object> order = (a, b) -> Values.compare(a, b, line);
        List<Object> items = Values.items(of, line);
        yield items.isEmpty()
            ? new Values.Missing("the " + name + " of nothing")
            : name.equals("min") ? Collections.min(items, order) : Collections.max(items, order);
      }
      case "map" -> map(of, g);
      case "select" -> selected(of, g, false, true);
      case "reject" -> selected(of, g, false, false);
      case "selectattr" -> selected(of, g, true, true);
      case "rejectattr" -> selected(of, g, true, false);
      case "indent" -> indented(Values.text(of), g.only("width", "first", "blank"));
      default ->
          throw Template.error(line, "the filter '" + name + "' is not supported; known: " + KNOWN);
    };
  }

  private static Object refuse(String filter, Object of, int line) {
    throw Template.error(line, filter + " does not take " + Values.kind(of));
  }

  private static Optional<String> indent(Given g) {
    Object width = g.only("indent", "ensure_ascii").find(0, "indent").orElse(Values.NONE);
    return width == Values.NONE
        ? Optional.empty()
        : Optional.of(
            width instanceof String s
                ? s
                : " ".repeat(Math.clamp(Values.whole(width, "indent", g.line()), 0, 100)));
  }

  static Object length(Object of, int line) {
    return switch (of) {
      case String s -> (long) s.codePointCount(0, s.length());
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case Values.Missing missing -> 0L;
      default -> refuse("length", of, line);
    };
  }

  private static Object end(Object of, boolean first, int line) {
    List<Object> items = Values.items(of, line);
    return items.isEmpty()
        ? new Values.Missing("an item of nothing")
        : first ? items.getFirst() : items.getLast();
  }

  private static Object whole(Object of, long otherwise) {
    return switch (of) {
      case Long n -> n;
      case Boolean b -> b ? 1L : 0L;
      case Double d -> d.longValue();
      case String s -> {
        try {
          yield Long.parseLong(Strip.both(s, ""));
        } catch (NumberFormatException e) {
          yield otherwise;
        }
      }
      default -> otherwise;
    };
  }

  private static Object real(Object of) {
    return switch (of) {
      case Long n -> (double) n;
      case Double d -> d;
      case Boolean b -> b ? 1.0 : 0.0;
      case String s -> {
        try {
          yield Double.parseDouble(Strip.both(s, ""));
        } catch (NumberFormatException e) {
          yield 0.0;
        }
      }
      default -> 0.0;
    };
  }

  private static Object folded(Object value) {
    return value instanceof String s ? s.toLowerCase(Locale.ROOT) : value;
  }

  private Object sorted(Object of, Given g) {
    List<Object> items = Values.items(of, g.line());
    boolean exact = g.flag(1, "case_sensitive");
    Optional<String> attribute = g.find(2, "attribute").map(a -> g.text(2, "attribute"));
    Comparator<Object> order =
        (a, b) -> {
          Object x = attribute.map(name -> interpreter.attribute(a, name, g.line())).orElse(a);
          Object y = attribute.map(name -> interpreter.attribute(b, name, g.line())).orElse(b);
          return Values.compare(exact ? x : folded(x), exact ? y : folded(y), g.line());
        };
    items.sort(g.flag(0, "reverse") ? order.reversed() : order);
    return items;
  }

  private List<Object> attributes(Object of, String name, int line) {
    List<Object> found = new ArrayList<>();
    for (Object item : Values.items(of, line)) {
      found.add(interpreter.attribute(item, name, line));
    }
    return found;
  }

  private Object map(Object of, Given g) {
    if (g.named().containsKey("attribute")) {
      List<Object> found = new ArrayList<>();
      String name = g.text(9, "attribute");
      for (Object item : Values.items(of, g.line())) {
        Object value = interpreter.attribute(item, name, g.line());
        Object otherwise = g.named().get("default");
        found.add(value instanceof Values.Missing && otherwise != null ? otherwise : value);
      }
      return found;
    }
    List<Object> found = new ArrayList<>();
    String filter = g.text(0, "filter");
    List<Object> rest = g.inOrder().subList(1, g.inOrder().size());
    for (Object item : Values.items(of, g.line())) {
      found.add(apply(filter, item, new Given("'" + filter + "'", rest, g.named(), g.line())));
    }
    return found;
  }

  private Object selected(Object of, Given g, boolean ofAttribute, boolean wanted) {
    int at = ofAttribute ? 1 : 0;
    String test = g.text(at, "test", "");
    List<Object> rest =
        g.inOrder().subList(Math.min(at + 1, g.inOrder().size()), g.inOrder().size());
    Given arguments = new Given("'" + test + "'", rest, Map.of(), g.line());
    List<Object> found = new ArrayList<>();
    for (Object item : Values.items(of, g.line())) {
      Object value =
          ofAttribute ? interpreter.attribute(item, g.text(0, "attribute"), g.line()) : item;
      boolean holds =
          test.isEmpty() ? Values.isTrue(value) : Predicates.holds(test, value, arguments);
      if (holds == wanted) {
        found.add(item);
      }
    }
    return found;
  }

  private static String indented(String text, Given g) {
    Object width = g.find(0, "width").orElse(4L);
    String space =
        width instanceof String s
            ? s
            : " ".repeat(Math.clamp(Values.whole(width, "indent", g.line()), 0, 1000));
    boolean first = g.flag(1, "first");
    boolean blank = g.flag(2, "blank");
    String[] lines = text.split("\n", -1);
    for (int i = first ? 0 : 1; i < lines.length; i++) {
      lines[i] = lines[i].isEmpty() && !blank ? lines[i] : space + lines[i];
    }
    return String.join("\n", lines);
  }
}
