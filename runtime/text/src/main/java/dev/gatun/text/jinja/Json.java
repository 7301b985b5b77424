package dev.gatun.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values as JSON, written as Python's json.dumps does, without escapes beyond what must be. */
final class Json {
  private final StringBuilder out = new StringBuilder();
  private final Optional<String> indent;
  private final int line;

  private Json(Optional<String> indent, int line) {
    this.indent = indent;
    this.line = line;
  }

  static String of(Object value, Optional<String> indent, int line) {
    Json json = new Json(indent, line);
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int depth) {
    switch (value) {
      case String s -> string(s);
      case Boolean b -> out.append(b);
      case Long n -> out.append(n);
      case Double d ->
          out.append(
              Double.isNaN(d)
                  ? "NaN"
                  : Double.isInfinite(d) ? d > 0 ? "Infinity" : "-Infinity" : Values.real(d));
      case List<?> list -> {
        out.append('[');
        boolean first = true;
        for (Object item : list) {
          separate(first, depth + 1);
          write(item, depth + 1);
          first = false;
        }
        close(list.isEmpty(), depth);
        out.append(']');
      }
      case Map<?, ?> map -> {
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          separate(first, depth + 1);
          Object key = entry.getKey();
          string(
              key instanceof String s
                  ? s
                  : key == Values.NONE
                      ? "null"
                      : key instanceof Boolean b ? b.toString() : Values.text(key));
          out.append(": ");
          write(entry.getValue(), depth + 1);
          first = false;
        }
        close(map.isEmpty(), depth);
        out.append('}');
      }
      default -> {
        if (value != Values.NONE) {
          throw Template.error(line, "tojson does not take " + Values.kind(value));
        }
        out.append("null");
      }
    }
  }

  private void separate(boolean first, int depth) {
    if (indent.isPresent()) {
      out.append(first ? "\n" : ",\n").append(indent.get().repeat(depth));
    } else {
      out.append(first ? "" : ", ");
    }
  }

  private void close(boolean empty, int depth) {
    if (indent.isPresent() && !empty) {
      out.append('\n').append(indent.get().repeat(depth));
    }
  }

  private void string(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 32) {
            out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
