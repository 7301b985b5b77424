package dev.gatun.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a function, filter, test or method was given, asked for by place or name. */
record Given(String what, List<Object> inOrder, Map<String, Object> named, int line) {
  /** Fails if there is more than the function knows. */
  Given only(String... names) {
    if (inOrder.size() > names.length) {
      throw Template.error(
          line, what + " takes " + names.length + " arguments, got " + inOrder.size());
    }
    for (String name : named.keySet()) {
      if (!Set.of(names).contains(name)) {
        throw Template.error(line, what + " has no argument '" + name + "'");
      }
    }
    return this;
  }

  Optional<Object> find(int place, String name) {
    return place < inOrder.size()
        ? Optional.of(inOrder.get(place))
        : Optional.ofNullable(named.get(name));
  }

  Object get(int place, String name) {
    return find(place, name)
        .orElseThrow(() -> Template.error(line, what + " needs the argument '" + name + "'"));
  }

  String text(int place, String name) {
    return Values.string(get(place, name), what + ": '" + name + "'", line);
  }

  String text(int place, String name, String otherwise) {
    return find(place, name).isEmpty() ? otherwise : text(place, name);
  }

  long whole(int place, String name, long otherwise) {
    return find(place, name)
        .map(value -> Values.whole(value, what + ": '" + name + "'", line))
        .orElse(otherwise);
  }

  boolean flag(int place, String name) {
    return find(place, name).map(Values::isTrue).orElse(false);
  }
}
