package dev.gatun.models.family;

import dev.gatun.core.tensor.GatunException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A config.json: options by name, of the type that is asked for; null is the same as absent. */
public final class Config {
  private static final JsonMapper JSON = JsonMapper.shared();
  private final String where;
  private final ObjectNode node;

  private Config(String where, ObjectNode node) {
    this.where = where;
    this.node = node;
  }

  /** Reads a file. */
  public static Config read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new GatunException(
          file
              + ": no such file; expected a folder with config.json and model.safetensors, as"
              + " published on Hugging Face");
    }
    try {
      if (JSON.readTree(file.toFile()) instanceof ObjectNode object) {
        return new Config(file.toString(), object);
      }
      throw new GatunException(file + ": is no JSON object");
    } catch (JacksonException e) {
      throw new GatunException(file + ": is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The options of a JSON text, for networks without a file. */
  public static Config of(String json) {
    return new Config("config", (ObjectNode) JSON.readTree(json));
  }

  /** The text of the file, with what has been changed. */
  public String json() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node);
  }

  /** Where it is from, for messages. */
  public String where() {
    return where;
  }

  private @Nullable JsonNode get(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** Whether there is such an option. */
  public boolean has(String name) {
    return get(name) != null;
  }

  /** Names of all options. */
  public List<String> names() {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  /** Whether an option is there, but null. */
  public boolean isNull(String name) {
    JsonNode value = node.get(name);
    return value != null && value.isNull();
  }

  /** Whether an option is a list. */
  public boolean isList(String name) {
    JsonNode value = node.get(name);
    return value != null && value.isArray();
  }

  /** Whether an option is a text. */
  public boolean isText(String name) {
    JsonNode value = node.get(name);
    return value != null && value.isString();
  }

  private GatunException wrong(String name, String expected) {
    return new GatunException(
        where + ": '" + name + "' must be " + expected + ", got " + node.get(name));
  }

  private GatunException missing(String name) {
    return new GatunException(where + ": there is no '" + name + "', which this network needs");
  }

  /** A whole number. */
  public long integer(String name, long fallback) {
    JsonNode value = get(name);
    if (value == null) {
      return fallback;
    }
    if (!value.isIntegralNumber()) {
      throw wrong(name, "a whole number");
    }
    return value.asLong();
  }

  /** A whole number that must be there. */
  public long integer(String name) {
    if (!has(name)) {
      throw missing(name);
    }
    return integer(name, 0);
  }

  /** A number. */
  public double real(String name, double fallback) {
    JsonNode value = get(name);
    if (value == null) {
      return fallback;
    }
    if (!value.isNumber()) {
      throw wrong(name, "a number");
    }
    return value.asDouble();
  }

  /** Yes or no. */
  public boolean flag(String name, boolean fallback) {
    JsonNode value = get(name);
    if (value == null) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value.asBoolean();
  }

  /** A text. */
  public String text(String name, String fallback) {
    return text(name).orElse(fallback);
  }

  /** A text, if it is there. */
  public Optional<String> text(String name) {
    JsonNode value = get(name);
    if (value != null && !value.isString()) {
      throw wrong(name, "a text");
    }
    return Optional.ofNullable(value).map(JsonNode::asString);
  }

  /** A list of whole numbers. */
  public List<Long> integers(String name, List<Long> fallback) {
    JsonNode value = get(name);
    if (value == null) {
      return fallback;
    }
    List<Long> list = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isIntegralNumber()) {
        throw wrong(name, "a list of whole numbers");
      }
      list.add(item.asLong());
    }
    return list;
  }

  /** A list of numbers. */
  public List<Double> reals(String name, List<Double> fallback) {
    JsonNode value = get(name);
    if (value == null) {
      return fallback;
    }
    List<Double> list = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isNumber()) {
        throw wrong(name, "a list of numbers");
      }
      list.add(item.asDouble());
    }
    return list;
  }

  /** A list of texts. */
  public List<String> texts(String name) {
    List<String> list = new ArrayList<>();
    JsonNode value = get(name);
    if (value != null) {
      value.forEach(item -> list.add(item.asString("")));
    }
    return list;
  }

  /** Options inside of an option; none if it is not there. */
  public Config object(String name) {
    JsonNode value = get(name);
    if (value == null) {
      return new Config(where + ", " + name, JSON.createObjectNode());
    }
    if (value instanceof ObjectNode object) {
      return new Config(where + ", " + name, object);
    }
    throw wrong(name, "an object");
  }

  /** Number of classes: that of {@code id2label} or {@code num_labels}, else 2. */
  public long classes() {
    JsonNode names = get("id2label");
    return names instanceof ObjectNode ? names.size() : integer("num_labels", 2);
  }

  /** Names of classes in their order; their numbers where there are none. */
  public List<String> labels() {
    List<String> labels = new ArrayList<>();
    Config names = object("id2label");
    for (long i = 0; i < classes(); i++) {
      labels.add(names.text(Long.toString(i)).orElse(Long.toString(i)));
    }
    return labels;
  }

  /** Refuses an option that the network does not have. */
  public void require(String name, boolean supported, String known) {
    if (!supported) {
      throw new GatunException(
          where + ": " + name + " = " + node.get(name) + " is not supported; known: " + known);
    }
  }

  /** The same with another class, as its first. */
  public Config withClass(String name) {
    ObjectNode copy = node.deepCopy();
    copy.putArray("architectures").add(name);
    return new Config(where, copy);
  }

  /** The same with a text where an option is not there. */
  public Config withDefault(String name, String value) {
    if (has(name)) {
      return this;
    }
    ObjectNode copy = node.deepCopy();
    copy.put(name, value);
    return new Config(where, copy);
  }

  /** The same with other names of classes. */
  public Config withLabels(List<String> labels) {
    ObjectNode copy = node.deepCopy();
    ObjectNode names = copy.putObject("id2label");
    ObjectNode numbers = copy.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      numbers.put(labels.get(i), i);
    }
    copy.remove("num_labels");
    return new Config(where, copy);
  }

  /** Whole numbers by name, as {@code label2id}. */
  public Map<String, Long> numbers(String name) {
    return object(name).numbers();
  }

  /** All options as whole numbers by name. */
  public Map<String, Long> numbers() {
    Map<String, Long> all = new java.util.LinkedHashMap<>();
    node.properties().forEach(e -> all.put(e.getKey(), e.getValue().asLong()));
    return all;
  }
}
