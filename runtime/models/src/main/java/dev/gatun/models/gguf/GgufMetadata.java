package dev.gatun.models.gguf;

import dev.gatun.formats.FormatException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Values of a GGUF file by key, of the type that somebody expects. */
record GgufMetadata(String where, Map<String, Object> values) {
  private <T> Optional<T> value(String key, Class<T> type) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw new FormatException(
          "%s: '%s' is a %s, expected a %s"
              .formatted(where, key, value.getClass().getSimpleName(), type.getSimpleName()));
    }
    return Optional.of(type.cast(value));
  }

  Optional<String> text(String key) {
    return value(key, String.class);
  }

  Optional<Long> whole(String key) {
    return value(key, Long.class);
  }

  Optional<Double> real(String key) {
    return value(key, Double.class);
  }

  Optional<Boolean> flag(String key) {
    return value(key, Boolean.class);
  }

  /** A list, empty if there is none. */
  List<Object> list(String key) {
    return value(key, List.class)
        .map(list -> List.<Object>copyOf((List<?>) list))
        .orElse(List.of());
  }

  /** A value that must be there. */
  <T> T required(String key, Function<String, Optional<T>> how) {
    return how.apply(key).orElseThrow(() -> new FormatException(where + ": has no '" + key + "'"));
  }

  /** llama, gpt2, ... */
  String architecture() {
    return required("general.architecture", this::text);
  }

  /** A key of the architecture's own. */
  String own(String key) {
    return architecture() + "." + key;
  }
}
