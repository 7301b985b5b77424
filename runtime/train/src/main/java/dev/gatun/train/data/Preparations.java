package dev.gatun.train.data;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes fitted preparations as JSON, to be kept beside a model, and reads them again. */
public final class Preparations {
  /** The preparations in the order they are applied. */
  public static String toJson(List<? extends Preparation> preparations) {
    ArrayNode all = JsonMapper.shared().createArrayNode();
    for (Preparation each : preparations) {
      ObjectNode node = all.addObject().put("field", each.field());
      switch (each) {
        case Scaling scaling -> {
          node.put("kind", "scaling").put("axis", scaling.axis());
          put(node, "center", scaling.center());
          put(node, "scale", scaling.scale());
        }
        case Filling filling -> {
          node.put("kind", "filling").put("indicator", filling.indicator());
          put(node, "values", filling.values());
        }
        case Bounds bounds -> {
          node.put("kind", "bounds");
          put(node, "low", bounds.low());
          put(node, "high", bounds.high());
        }
        case OneHot oneHot -> {
          node.put("kind", "one-hot").put("unknown", oneHot.unknown().name());
          ArrayNode categories = node.putArray("categories");
          oneHot.categories().forEach(categories::add);
        }
      }
    }
    return JsonMapper.shared().writeValueAsString(all);
  }

  private static void put(ObjectNode node, String name, double[] values) {
    ArrayNode array = node.putArray(name);
    for (double value : values) {
      array.add(value);
    }
  }

  /** What {@link #toJson} has written. */
  public static List<Preparation> fromJson(String json) {
    List<Preparation> all = new ArrayList<>();
    try {
      for (JsonNode node : JsonMapper.shared().readTree(json).values()) {
        all.add(read(node));
      }
    } catch (JacksonException | IllegalArgumentException e) {
      throw new DataException("these are not preparations: " + e.getMessage(), e);
    }
    return List.copyOf(all);
  }

  private static Preparation read(JsonNode node) {
    String field = node.required("field").stringValue();
    String kind = node.required("kind").stringValue();
    return switch (kind) {
      case "scaling" ->
          new Scaling(
              field,
              node.required("axis").intValue(),
              numbers(node, "center"),
              numbers(node, "scale"));
      case "filling" ->
          new Filling(field, numbers(node, "values"), node.required("indicator").stringValue());
      case "bounds" -> new Bounds(field, numbers(node, "low"), numbers(node, "high"));
      case "one-hot" ->
          new OneHot(
              field,
              node.required("categories").values().stream().map(JsonNode::stringValue).toList(),
              OneHot.Unknown.valueOf(node.required("unknown").stringValue()));
      default -> throw new DataException("there is no preparation of kind '" + kind + "'");
    };
  }

  private static double[] numbers(JsonNode node, String name) {
    // Infinity, an open bound, is written as a string.
    return node.required(name).values().stream()
        .mapToDouble(n -> n.isString() ? Double.parseDouble(n.stringValue()) : n.doubleValue())
        .toArray();
  }

  private Preparations() {}
}
