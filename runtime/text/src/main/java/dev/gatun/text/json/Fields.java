package dev.gatun.text.json;

import dev.gatun.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of one JSON object, each asked for by name. A field that nobody asked for is an error:
 * it would change what the file means without anybody noticing.
 */
public final class Fields {
  /** Deeper than any real file, and shallow enough for readers that recurse. */
  private static final int MAX_DEPTH = 100;

  /** A tokenizer of a million long tokens has about 100 MB. */
  private static final long MAX_BYTES = 1L << 30;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(64)
                          .maxStringLength(64 << 20)
                          .build())
                  .build())
          .build();

  private final String file;
  private final String path;
  private final ObjectNode node;
  private final Set<String> asked = new HashSet<>();

  private Fields(String file, String path, ObjectNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  /** Reads a file that holds one JSON object. */
  public static Fields read(Path file) {
    String name = file.toString();
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new FormatException(name + ": larger than " + MAX_BYTES + " bytes: no tokenizer");
      }
      return of(name, JSON.readTree(Files.readAllBytes(file)));
    } catch (JacksonException e) {
      throw new FormatException(name + ": not JSON: " + firstLine(e), e);
    } catch (IOException e) {
      throw new FormatException(name + ": " + FormatException.reason(e), e);
    }
  }

  /** Reads JSON from memory; {@code name} stands for the file in messages. */
  public static Fields parse(String name, String json) {
    try {
      return of(name, JSON.readTree(json));
    } catch (JacksonException e) {
      throw new FormatException(name + ": not JSON: " + firstLine(e), e);
    }
  }

  private static Fields of(String name, JsonNode root) {
    if (root instanceof ObjectNode object) {
      return new Fields(name, "$", object);
    }
    throw new FormatException(name + ": expected a JSON object, got " + kind(root));
  }

  private static String firstLine(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage());
    var at = e.getLocation();
    String where = at == null ? "" : " (line " + at.getLineNr() + ")";
    return message.lines().findFirst().orElse("damaged") + where;
  }

  /** The object itself. */
  public ObjectNode node() {
    return node;
  }

  /** An error about the object as a whole. */
  public FormatException problem(String what) {
    return new FormatException(file + " at " + path + ": " + what);
  }

  /** An error about a field. */
  public FormatException problem(String field, String what) {
    return new FormatException(file + " at " + path + step(field) + ": " + what);
  }

  private static String step(String field) {
    return field.startsWith("[") ? field : "." + field;
  }

  /** Whether the field is there and not null. */
  public boolean has(String field) {
    asked.add(field);
    JsonNode value = node.get(field);
    return value != null && !value.isNull();
  }

  private @Nullable JsonNode value(String field) {
    asked.add(field);
    JsonNode value = node.get(field);
    return value == null || value.isNull() ? null : value;
  }

  /** A value that must be there. */
  public JsonNode require(String field) {
    JsonNode value = value(field);
    if (value == null) {
      throw problem(field, "missing");
    }
    return value;
  }

  /** A string that must be there. */
  public String string(String field) {
    return string(field, require(field));
  }

  /** A string, or {@code otherwise} where the field is missing or null. */
  public String string(String field, String otherwise) {
    JsonNode value = value(field);
    return value == null ? otherwise : string(field, value);
  }

  /** A string or null. */
  public @Nullable String stringOrNull(String field) {
    JsonNode value = value(field);
    return value == null ? null : string(field, value);
  }

  /** The string that {@code value} is. */
  public String string(String field, JsonNode value) {
    if (!value.isString()) {
      throw problem(field, "expected a string, got " + kind(value));
    }
    return value.stringValue();
  }

  /** A string of exactly one character. */
  public int character(String field) {
    String text = string(field);
    if (text.isEmpty() || text.codePointCount(0, text.length()) != 1) {
      throw problem(field, "expected one character, got \"" + text + "\"");
    }
    return text.codePointAt(0);
  }

  /** A boolean that must be there. */
  public boolean bool(String field) {
    return bool(field, require(field));
  }

  /** A boolean, or {@code otherwise} where the field is missing or null. */
  public boolean bool(String field, boolean otherwise) {
    JsonNode value = value(field);
    return value == null ? otherwise : bool(field, value);
  }

  private boolean bool(String field, JsonNode value) {
    if (!value.isBoolean()) {
      throw problem(field, "expected true or false, got " + kind(value));
    }
    return value.booleanValue();
  }

  /** A whole number from 0 that must be there. */
  public int integer(String field) {
    return integer(field, require(field));
  }

  /** A whole number from 0, or {@code otherwise} where the field is missing or null. */
  public int integer(String field, int otherwise) {
    JsonNode value = value(field);
    return value == null ? otherwise : integer(field, value);
  }

  /** The whole number from 0 to 2^31 - 1 that {@code value} is. */
  public int integer(String field, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw problem(field, "expected a whole number from 0 to 2147483647, got " + kind(value));
    }
    return value.intValue();
  }

  /** The finite number that {@code value} is. */
  public double number(String field, JsonNode value) {
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw problem(field, "expected a number, got " + kind(value));
    }
    return value.doubleValue();
  }

  /** A number or {@code otherwise}. */
  public double number(String field, double otherwise) {
    JsonNode value = value(field);
    return value == null ? otherwise : number(field, value);
  }

  /** One of the named values. */
  public <T> T choice(String field, Function<String, @Nullable T> byName, String names) {
    String name = string(field);
    T chosen = byName.apply(name);
    if (chosen == null) {
      throw problem(field, "unknown value \"" + name + "\"; known: " + names);
    }
    return chosen;
  }

  /** An object that must be there. */
  public Fields object(String field) {
    return object(field, require(field));
  }

  /** An object or null. */
  public @Nullable Fields objectOrNull(String field) {
    JsonNode value = value(field);
    return value == null ? null : object(field, value);
  }

  /** The object that {@code value} is. */
  public Fields object(String field, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return new Fields(file, path + step(field), object);
    }
    throw problem(field, "expected an object, got " + kind(value));
  }

  /** The elements of an array that must be there. */
  public List<JsonNode> array(String field) {
    return array(field, require(field));
  }

  /** The elements of the array that {@code value} is. */
  public List<JsonNode> array(String field, JsonNode value) {
    if (!value.isArray()) {
      throw problem(field, "expected an array, got " + kind(value));
    }
    return List.copyOf(value.values());
  }

  /** The objects of an array that must be there. */
  public List<Fields> objects(String field) {
    List<JsonNode> values = array(field);
    List<Fields> objects = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      objects.add(object(field + "[" + i + "]", values.get(i)));
    }
    return objects;
  }

  /** The number as the file spells it or what else the value is, for messages. */
  private static String kind(JsonNode value) {
    if (value.isNumber() || value.isBoolean()) {
      return value.toString();
    }
    if (value.isString()) {
      String text = value.stringValue();
      return "the string \"" + (text.length() > 40 ? text.substring(0, 40) + "..." : text) + "\"";
    }
    return value.isNull() ? "null" : value.isArray() ? "an array" : "an object";
  }

  /** Fails where the object has fields that nobody asked for. */
  public void finish() {
    Set<String> unknown = new TreeSet<>(node.propertyNames());
    unknown.removeAll(asked);
    if (!unknown.isEmpty()) {
      String field = unknown.iterator().next();
      throw problem(field, "unknown field; known here: " + String.join(", ", new TreeSet<>(asked)));
    }
  }
}
