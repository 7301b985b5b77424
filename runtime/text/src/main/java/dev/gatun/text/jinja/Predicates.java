package dev.gatun.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code is} asks. */
final class Predicates {
  private static final String KNOWN =
      "defined, undefined, none, string, number, integer, float, boolean, true, false, mapping,"
          + " sequence, iterable, callable, odd, even, divisibleby, in, lower, upper, sameas, eq, ne,"
          + " lt, le, gt, ge";

  static boolean holds(String name, Object value, Given g) {
    int line = g.line();
    return switch (name) {
      case "defined" -> !(value instanceof Values.Missing);
      case "undefined" -> value instanceof Values.Missing;
      case "none" -> value == Values.NONE;
      case "string" -> value instanceof String;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> value.equals(true);
      case "false" -> value.equals(false);
      case "mapping" -> value instanceof Map;
      case "sequence" -> value instanceof String || value instanceof List || value instanceof Map;
      case "iterable" ->
          value instanceof String
              || value instanceof List
              || value instanceof Map
              || value instanceof Values.Missing;
      case "callable" -> value instanceof Values.Function;
      case "odd" -> Math.floorMod(Values.whole(value, "odd", line), 2L) == 1;
      case "even" -> Math.floorMod(Values.whole(value, "even", line), 2L) == 0;
      case "divisibleby" -> {
        long by = g.whole(0, "num", 0);
        if (by == 0) {
          throw Template.error(line, "division by zero");
        }
        yield Values.whole(value, "divisibleby", line) % by == 0;
      }
      case "in" -> Values.contains(g.get(0, "seq"), value, line);
      case "lower" -> {
        String s = Values.text(value);
        yield !s.equals(s.toUpperCase(Locale.ROOT)) && s.equals(s.toLowerCase(Locale.ROOT));
      }
      case "upper" -> {
        String s = Values.text(value);
        yield !s.equals(s.toLowerCase(Locale.ROOT)) && s.equals(s.toUpperCase(Locale.ROOT));
      }
      case "sameas", "eq", "equalto", "==" -> Values.equal(value, g.get(0, "other"));
      case "ne", "!=" -> !Values.equal(value, g.get(0, "other"));
      case "lt", "lessthan", "<" -> Values.compare(value, g.get(0, "other"), line) < 0;
      case "le", "<=" -> Values.compare(value, g.get(0, "other"), line) <= 0;
      case "gt", "greaterthan", ">" -> Values.compare(value, g.get(0, "other"), line) > 0;
      case "ge", ">=" -> Values.compare(value, g.get(0, "other"), line) >= 0;
      default ->
          throw Template.error(line, "the test '" + name + "' is not supported; known: " + KNOWN);
    };
  }

  private Predicates() {}
}
