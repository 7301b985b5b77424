package dev.gatun.text.jinja;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Values as Python has them: texts, whole numbers ({@link Long}), {@link Double}s, booleans, lists,
 * maps, {@link #NONE} and {@link Missing}.
 */
final class Values {
  /** Python's None. */
  static final None NONE = None.VALUE;

  /** The type of {@link #NONE}. */
  enum None {
    VALUE;

    @Override
    public String toString() {
      return "None";
    }
  }

  /**
   * A name or item that is not there: prints as nothing, is false, and has nothing.
   *
   * @param what for messages
   */
  record Missing(String what) {}

  /** Something that can be called. */
  interface Function {
    Object call(List<Object> arguments, Map<String, Object> named, int line);
  }

  /** What {@code namespace()} makes: a map whose attributes can be set. */
  record Namespace(Map<String, Object> values) {}

  static boolean isTrue(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case String s -> !s.isEmpty();
      case Long n -> n != 0;
      case Double d -> d != 0;
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Missing missing -> false;
      default -> value != NONE;
    };
  }

  /** What is printed. */
  static String text(Object value) {
    return switch (value) {
      case String s -> s;
      case Missing missing -> "";
      default -> quoted(value);
    };
  }

  /** How a value is written in Python. */
  static String quoted(Object value) {
    return switch (value) {
      case String s -> string(s);
      case Boolean b -> b ? "True" : "False";
      case Double d -> real(d);
      case List<?> list -> {
        List<String> parts = new ArrayList<>();
        list.forEach(item -> parts.add(quoted(item)));
        yield "[" + String.join(", ", parts) + "]";
      }
      case Map<?, ?> map -> {
        List<String> parts = new ArrayList<>();
        map.forEach((k, v) -> parts.add(quoted(k) + ": " + quoted(v)));
        yield "{" + String.join(", ", parts) + "}";
      }
      case Missing missing -> "Undefined";
      default -> String.valueOf(value);
    };
  }

  private static String string(String s) {
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder text = new StringBuilder().append(quote);
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\\' -> text.append("\\\\");
        default -> {
          if (c == quote) {
            text.append('\\').append(c);
          } else if (c < 32 || c == 127) {
            text.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    return text.append(quote).toString();
  }

  static String real(double d) {
    if (Double.isNaN(d)) {
      return "nan";
    }
    if (Double.isInfinite(d)) {
      return d > 0 ? "inf" : "-inf";
    }
    if (d == Math.rint(d) && Math.abs(d) < 1e16) {
      return String.format(Locale.ROOT, "%.1f", d);
    }
    double size = Math.abs(d);
    if (size >= 1e-4 && size < 1e16) {
      return new java.math.BigDecimal(Double.toString(d)).toPlainString();
    }
    // 1.5E-7 is 1.5e-07, 1.0E22 is 1e+22.
    String[] parts = Double.toString(d).split("E", -1);
    String mantissa = parts[0].endsWith(".0") ? parts[0].replace(".0", "") : parts[0];
    int exponent = Integer.parseInt(parts[1]);
    return mantissa
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  private static double number(Object value) {
    return switch (value) {
      case Long n -> n;
      case Boolean b -> b ? 1 : 0;
      case Double d -> d;
      default -> Double.NaN;
    };
  }

  static boolean equal(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Long x && b instanceof Long y ? x.equals(y) : number(a) == number(b);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean same = x.size() == y.size();
      for (int i = 0; same && i < x.size(); i++) {
        same = equal(x.get(i), y.get(i));
      }
      return same;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(
                  e -> y.get(e.getKey()) instanceof Object other && equal(e.getValue(), other));
    }
    return a instanceof Missing ? b instanceof Missing : a.equals(b);
  }

  static int compare(Object a, Object b, int line) {
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Long x && b instanceof Long y
          ? Long.compare(x, y)
          : Double.compare(number(a), number(b));
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        int order = compare(x.get(i), y.get(i), line);
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    throw Template.error(line, "cannot order " + kind(a) + " and " + kind(b));
  }

  static boolean contains(Object all, Object one, int line) {
    return switch (all) {
      case String s when one instanceof String part -> s.contains(part);
      case List<?> list -> list.stream().anyMatch(item -> equal(item, one));
      case Map<?, ?> map -> map.keySet().stream().anyMatch(key -> equal(key, one));
      case Missing missing -> false;
      default -> throw Template.error(line, "cannot look for " + kind(one) + " in " + kind(all));
    };
  }

  static Object arithmetic(String operator, Object a, Object b, int line) {
    if (operator.equals("+")) {
      if (a instanceof String x && b instanceof String y) {
        return x + y;
      }
      if (a instanceof List<?> x && b instanceof List<?> y) {
        List<Object> all = new ArrayList<>(x);
        all.addAll(y);
        return all;
      }
    }
    if (operator.equals("*") && a instanceof String s && b instanceof Long n) {
      if (n > 0 && s.length() * (double) n > Template.MOST_CHARACTERS) {
        throw Template.error(line, "a text becomes too long");
      }
      return n <= 0 ? "" : s.repeat(n.intValue());
    }
    if (!isNumber(a) || !isNumber(b)) {
      throw Template.error(line, "'" + operator + "' does not take " + kind(a) + " and " + kind(b));
    }
    boolean real = a instanceof Double || b instanceof Double || operator.equals("/");
    if (List.of("/", "//", "%").contains(operator) && number(b) == 0) {
      throw Template.error(line, "division by zero");
    }
    return real ? real(operator, number(a), number(b)) : whole(operator, a, b, line);
  }

  private static Object real(String operator, double x, double y) {
    return switch (operator) {
      case "+" -> x + y;
      case "-" -> x - y;
      case "*" -> x * y;
      case "/" -> x / y;
      case "//" -> Math.floor(x / y);
      case "%" -> x - y * Math.floor(x / y);
      default -> Math.pow(x, y);
    };
  }

  private static Object whole(String operator, Object a, Object b, int line) {
    long x = (long) number(a);
    long y = (long) number(b);
    if (a instanceof Long n) {
      x = n;
    }
    if (b instanceof Long n) {
      y = n;
    }
    try {
      return switch (operator) {
        case "+" -> Math.addExact(x, y);
        case "-" -> Math.subtractExact(x, y);
        case "*" -> Math.multiplyExact(x, y);
        case "//" -> Math.floorDiv(x, y);
        case "%" -> Math.floorMod(x, y);
        default -> y < 0 ? Math.pow((double) x, (double) y) : (Object) power(x, y);
      };
    } catch (ArithmeticException e) {
      throw Template.error(line, "a number becomes too large");
    }
  }

  private static long power(long x, long y) {
    if (y > 64 && Math.abs(x) > 1) {
      throw new ArithmeticException();
    }
    long result = 1;
    for (long i = 0; i < (Math.abs(x) > 1 ? y : Math.min(y, 2 - y % 2)); i++) {
      result = Math.multiplyExact(result, x);
    }
    return result;
  }

  /** What a loop goes over. */
  static List<Object> items(Object value, int line) {
    return switch (value) {
      case List<?> list -> new ArrayList<>(list);
      case Map<?, ?> map -> new ArrayList<>(map.keySet());
      case String s -> {
        List<Object> parts = new ArrayList<>();
        s.codePoints().forEach(c -> parts.add(Character.toString(c)));
        yield parts;
      }
      case Missing missing -> new ArrayList<>();
      default -> throw Template.error(line, "cannot go over " + kind(value));
    };
  }

  static String kind(Object value) {
    return switch (value) {
      case String s -> "a text";
      case Long n -> "a whole number";
      case Double d -> "a number";
      case Boolean b -> "a boolean";
      case List<?> list -> "a list";
      case Map<?, ?> map -> "a mapping";
      case Missing missing -> missing.what + ", which is not defined";
      case Namespace namespace -> "a namespace";
      case Function function -> "a function";
      default -> value == NONE ? "none" : value.getClass().getSimpleName();
    };
  }

  static long whole(Object value, String what, int line) {
    if (value instanceof Long n) {
      return n;
    }
    if (value instanceof Boolean b) {
      return b ? 1 : 0;
    }
    throw Template.error(line, what + " must be a whole number, not " + kind(value));
  }

  static String string(Object value, String what, int line) {
    if (value instanceof String s) {
      return s;
    }
    throw Template.error(line, what + " must be a text, not " + kind(value));
  }

  static GatunException missing(Missing missing, int line) {
    return Template.error(line, missing.what + " is not defined");
  }

  private Values() {}
}
