package dev.gatun.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Methods of texts, lists and mappings. */
final class Methods {
  /** What {@code name} is of a value, if it is a method of such values. */
  static Optional<Values.Function> find(Object of, String name) {
    return switch (of) {
      case String s -> ofText(s, name);
      case Map<?, ?> map -> ofMap(map, name);
      case List<?> list ->
          switch (name) {
            case "index" ->
                function("index", g -> index(list, g.only("value").get(0, "value"), g.line()));
            case "count" ->
                function(
                    "count",
                    g -> {
                      Object wanted = g.only("value").get(0, "value");
                      return list.stream().filter(item -> Values.equal(item, wanted)).count();
                    });
            default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }

  private interface Body {
    Object call(Given given);
  }

  private static Optional<Values.Function> function(String name, Body body) {
    return Optional.of(
        (arguments, named, line) -> body.call(new Given("'" + name + "'", arguments, named, line)));
  }

  private static Object index(List<?> list, Object wanted, int line) {
    for (int i = 0; i < list.size(); i++) {
      if (Values.equal(list.get(i), wanted)) {
        return (long) i;
      }
    }
    throw Template.error(line, Values.quoted(wanted) + " is not in the list");
  }

  private static Optional<Values.Function> ofText(String s, String name) {
    return switch (name) {
      case "strip" -> function(name, g -> Strip.both(s, g.only("chars").text(0, "chars", "")));
      case "lstrip" -> function(name, g -> Strip.left(s, g.only("chars").text(0, "chars", "")));
      case "rstrip" -> function(name, g -> Strip.right(s, g.only("chars").text(0, "chars", "")));
      case "upper" -> function(name, g -> s.toUpperCase(Locale.ROOT));
      case "lower" -> function(name, g -> s.toLowerCase(Locale.ROOT));
      case "title" -> function(name, g -> title(s));
      case "capitalize" -> function(name, g -> capitalized(s));
      case "split" -> function(name, g -> split(s, g.only("sep", "maxsplit")));
      case "rsplit" -> function(name, g -> splitFromEnd(s, g.only("sep", "maxsplit")));
      case "splitlines" -> function(name, g -> new ArrayList<Object>(s.lines().toList()));
      case "startswith" -> function(name, g -> matches(g, s::startsWith));
      case "endswith" -> function(name, g -> matches(g, s::endsWith));
      case "replace" -> function(name, g -> replaced(s, g.only("old", "new", "count")));
      case "find" -> function(name, g -> place(s, s.indexOf(g.only("sub").text(0, "sub"))));
      case "rfind" -> function(name, g -> place(s, s.lastIndexOf(g.only("sub").text(0, "sub"))));
      case "count" ->
          function(
              name,
              g -> (long) s.split(java.util.regex.Pattern.quote(g.text(0, "sub")), -1).length - 1);
      case "join" -> function(name, g -> joined(s, g.only("items").get(0, "items"), g.line()));
      case "isdigit" ->
          function(name, g -> !s.isEmpty() && s.codePoints().allMatch(Character::isDigit));
      case "isalpha" ->
          function(name, g -> !s.isEmpty() && s.codePoints().allMatch(Character::isLetter));
      case "isspace" ->
          function(name, g -> !s.isEmpty() && s.codePoints().allMatch(Strip::isSpace));
      case "isupper" ->
          function(
              name,
              g -> !s.equals(s.toLowerCase(Locale.ROOT)) && s.equals(s.toUpperCase(Locale.ROOT)));
      case "islower" ->
          function(
              name,
              g -> !s.equals(s.toUpperCase(Locale.ROOT)) && s.equals(s.toLowerCase(Locale.ROOT)));
      case "removeprefix" ->
          function(
              name,
              g -> {
                String prefix = g.only("prefix").text(0, "prefix");
                return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
              });
      case "removesuffix" ->
          function(
              name,
              g -> {
                String suffix = g.only("suffix").text(0, "suffix");
                return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
              });
      default -> Optional.empty();
    };
  }

  private static boolean matches(Given g, java.util.function.Predicate<String> how) {
    Object wanted = g.only("text").get(0, "text");
    if (wanted instanceof List<?> several) {
      return several.stream().anyMatch(one -> how.test(Values.string(one, g.what(), g.line())));
    }
    return how.test(g.text(0, "text"));
  }

  private static long place(String s, int unit) {
    return unit < 0 ? -1 : s.codePointCount(0, unit);
  }

  private static Object split(String s, Given g) {
    long most = g.whole(1, "maxsplit", -1);
    List<Object> parts = new ArrayList<>();
    Object separator = g.find(0, "sep").orElse(Values.NONE);
    if (separator == Values.NONE) {
      String rest = Strip.left(s, "");
      while (!rest.isEmpty()) {
        int end = 0;
        while (end < rest.length() && !Strip.isSpace(rest.charAt(end))) {
          end++;
        }
        if (most >= 0 && parts.size() == most) {
          parts.add(Strip.right(rest, ""));
          break;
        }
        parts.add(rest.substring(0, end));
        rest = Strip.left(rest.substring(end), "");
      }
      return parts;
    }
    String by = separator(separator, g.line());
    int at = 0;
    for (int next = s.indexOf(by); next >= 0; next = s.indexOf(by, at)) {
      if (most >= 0 && parts.size() == most) {
        break;
      }
      parts.add(s.substring(at, next));
      at = next + by.length();
    }
    parts.add(s.substring(at));
    return parts;
  }

  private static Object splitFromEnd(String s, Given g) {
    long most = g.whole(1, "maxsplit", -1);
    String by = separator(g.get(0, "sep"), g.line());
    List<Object> parts = new ArrayList<>();
    int end = s.length();
    while (most < 0 || parts.size() < most) {
      int before = end < by.length() ? -1 : s.lastIndexOf(by, end - by.length());
      if (before < 0) {
        break;
      }
      parts.add(0, s.substring(before + by.length(), end));
      end = before;
    }
    parts.add(0, s.substring(0, end));
    return parts;
  }

  private static String separator(Object value, int line) {
    String by = Values.string(value, "a separator", line);
    if (by.isEmpty()) {
      throw Template.error(line, "a separator must not be empty");
    }
    return by;
  }

  static String replaced(String s, Given g) {
    String from = g.text(0, "old");
    String to = g.text(1, "new");
    long most = g.whole(2, "count", -1);
    if (most < 0) {
      return s.replace(from, to);
    }
    String text = s;
    int at = 0;
    for (long i = 0; i < most; i++) {
      int next = text.indexOf(from, at);
      if (next < 0) {
        break;
      }
      text = text.substring(0, next) + to + text.substring(next + from.length());
      at = next + to.length();
    }
    return text;
  }

  static String joined(String by, Object items, int line) {
    List<String> parts = new ArrayList<>();
    for (Object item : Values.items(items, line)) {
      parts.add(Values.text(item));
    }
    return String.join(by, parts);
  }

  static String capitalized(String s) {
    if (s.isEmpty()) {
      return s;
    }
    int first = s.offsetByCodePoints(0, 1);
    return s.substring(0, first).toUpperCase(Locale.ROOT)
        + s.substring(first).toLowerCase(Locale.ROOT);
  }

  static String title(String s) {
    StringBuilder text = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      String one = String.valueOf(c);
      text.append(inside ? one.toLowerCase(Locale.ROOT) : one.toUpperCase(Locale.ROOT));
      inside = Character.isLetter(c);
    }
    return text.toString();
  }

  private static Optional<Values.Function> ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> function(name, g -> pairs(map));
      case "keys" -> function(name, g -> new ArrayList<Object>(map.keySet()));
      case "values" -> function(name, g -> new ArrayList<Object>(map.values()));
      case "get" ->
          function(
              name,
              g -> {
                Object found = map.get(g.only("key", "default").get(0, "key"));
                return found != null ? found : g.find(1, "default").orElse(Values.NONE);
              });
      default -> Optional.empty();
    };
  }

  /** Keys with their values. */
  static List<Object> pairs(Map<?, ?> map) {
    List<Object> pairs = new ArrayList<>();
    map.forEach((k, v) -> pairs.add(List.of(k, v)));
    return pairs;
  }

  private Methods() {}
}
