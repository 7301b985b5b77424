package dev.gatun.text.jinja;

import dev.gatun.core.tensor.GatunException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template in the part of Jinja that chat templates use, read strictly: what is not known is an
 * error that names the line. It cannot reach anything but the values it is given. Immutable.
 */
public final class Template {
  static final int MOST_CHARACTERS = 1 << 26;

  private final List<Statement> statements;
  private final Clock clock;

  private Template(List<Statement> statements, Clock clock) {
    this.statements = statements;
    this.clock = clock;
  }

  /**
   * Reads a template.
   *
   * @throws GatunException with the line of what is wrong or not known
   */
  public static Template of(String text) {
    return new Template(Parser.parse(text), Clock.system(ZoneId.systemDefault()));
  }

  /** The same with another time of day for {@code strftime_now}. */
  public Template at(Clock other) {
    return new Template(statements, other);
  }

  /**
   * The text for some values: texts, numbers, booleans, lists and maps of them; null is none.
   *
   * @throws GatunException with the line of what went wrong, also where the template says so
   */
  public String render(Map<String, ? extends @Nullable Object> values) {
    Scope globals = new Scope(null);
    globals.set("namespace", function(Template::namespace));
    globals.set("dict", function(g -> new LinkedHashMap<Object, Object>(g.named())));
    globals.set("range", function(Template::range));
    globals.set(
        "raise_exception",
        function(
            g -> {
              throw error(g.line(), "the template refuses this: " + g.text(0, "message"));
            }));
    globals.set("strftime_now", function(g -> TimeText.of(LocalDateTime.now(clock), g)));
    Scope scope = new Scope(globals);
    values.forEach((name, value) -> scope.set(name, own(value)));
    return new Interpreter().run(statements, scope);
  }

  private interface Body {
    Object call(Given given);
  }

  private static Values.Function function(Body body) {
    return (arguments, named, line) -> body.call(new Given("a function", arguments, named, line));
  }

  private static Object namespace(Given g) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!g.inOrder().isEmpty() && g.inOrder().get(0) instanceof Map<?, ?> map) {
      map.forEach((k, v) -> values.put(Values.text(k), v));
    }
    values.putAll(g.named());
    return new Values.Namespace(values);
  }

  private static Object range(Given g) {
    long first = g.inOrder().size() > 1 ? g.whole(0, "start", 0) : 0;
    long end = g.inOrder().size() > 1 ? g.whole(1, "stop", 0) : g.whole(0, "stop", 0);
    long step = g.whole(2, "step", 1);
    if (step == 0 || Math.abs((end - first) / (double) step) > 100_000) {
      throw error(g.line(), "range has no step or too many numbers");
    }
    List<Object> all = new ArrayList<>();
    for (long i = first; step > 0 ? i < end : i > end; i += step) {
      all.add(i);
    }
    return all;
  }

  /** A value of Java's as one of Python's. */
  private static Object own(@Nullable Object value) {
    return switch (value) {
      case null -> Values.NONE;
      case Integer n -> n.longValue();
      case Short n -> n.longValue();
      case Float d -> d.doubleValue();
      case String s -> s;
      case Long n -> n;
      case Double d -> d;
      case Boolean b -> b;
      case Map<?, ?> map -> {
        Map<Object, Object> own = new LinkedHashMap<>();
        map.forEach((k, v) -> own.put(own(k), own(v)));
        yield own;
      }
      case Iterable<?> list -> {
        List<Object> own = new ArrayList<>();
        list.forEach(item -> own.add(own(item)));
        yield own;
      }
      default ->
          throw new GatunException(
              "template: a value of " + value.getClass().getName() + " cannot be used");
    };
  }

  static GatunException error(int line, String message) {
    return new GatunException("template, line " + line + ": " + message);
  }
}
