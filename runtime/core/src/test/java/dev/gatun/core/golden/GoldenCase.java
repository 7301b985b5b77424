package dev.gatun.core.golden;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LossReduction;
import dev.gatun.core.op.Ops;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One case: its attributes with defaults, its inputs, and the graph that is being built for it. */
final class GoldenCase {
  private static final Map<String, OpDef> OPS = new LinkedHashMap<>();

  static {
    Ops.ALL.forEach(op -> OPS.put(op.name(), op));
  }

  private final JsonNode node;
  private final GoldenFile file;
  private final GraphBuilder builder;
  private final Map<String, Value> values = new LinkedHashMap<>();

  GoldenCase(JsonNode node, GoldenFile file) {
    this.node = node;
    this.file = file;
    this.builder = new GraphBuilder(node.get("case").asString());
    for (String input : names("inputs")) {
      Tensor tensor = tensor(input);
      values.put(input, builder.input(input, Type.tensor(tensor.dtype(), tensor.shape())));
    }
  }

  String name() {
    return node.get("case").asString();
  }

  String op() {
    return node.get("op").asString();
  }

  List<String> names(String what) {
    List<String> names = new ArrayList<>();
    node.get(what).forEach(name -> names.add(name.asString()));
    return names;
  }

  double rtol() {
    return node.has("rtol") ? node.get("rtol").asDouble() : 1e-4;
  }

  double atol() {
    return node.has("atol") ? node.get("atol").asDouble() : 1e-5;
  }

  boolean hasTensor(String name) {
    return file.has(name() + "/" + name);
  }

  Tensor tensor(String name) {
    return file.tensor(name() + "/" + name);
  }

  GraphBuilder builder() {
    return builder;
  }

  // Inputs.

  boolean hasInput(String name) {
    return values.containsKey(name);
  }

  Value in(String name) {
    Value value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name() + " has no input '" + name + "'");
    }
    return value;
  }

  /** An input, or ABSENT. */
  Value optional(String name) {
    return values.getOrDefault(name, Value.ABSENT);
  }

  /** The input at a place, whatever its name. */
  Value in(int place) {
    return in(names("inputs").get(place));
  }

  int rank(Value x) {
    return x.tensorType().shape().rank();
  }

  // Attributes.

  boolean has(String attr) {
    return node.get("attrs").hasNonNull(attr);
  }

  private JsonNode attr(String attr) {
    return node.get("attrs").get(attr);
  }

  double real(String attr, double byDefault) {
    return has(attr) ? attr(attr).asDouble() : byDefault;
  }

  long integer(String attr, long byDefault) {
    return has(attr) ? attr(attr).asLong() : byDefault;
  }

  boolean flag(String attr, boolean byDefault) {
    return has(attr) ? attr(attr).asBoolean() : byDefault;
  }

  String text(String attr, String byDefault) {
    return has(attr) ? attr(attr).asString() : byDefault;
  }

  boolean isText(String attr) {
    return has(attr) && attr(attr).isString();
  }

  /** A list of integers, or one integer for all of {@code count} axes. */
  long[] longs(String attr, int count, long byDefault) {
    long[] values = new long[count];
    Arrays.fill(values, byDefault);
    if (has(attr) && attr(attr).isArray()) {
      values = longs(attr);
      if (values.length == 1) {
        return longs(values[0], count);
      }
    } else if (has(attr)) {
      Arrays.fill(values, attr(attr).asLong());
    }
    return values;
  }

  private static long[] longs(long value, int count) {
    long[] values = new long[count];
    Arrays.fill(values, value);
    return values;
  }

  /** A list of integers; a single one is a list of one. */
  long[] longs(String attr) {
    if (!attr(attr).isArray()) {
      return new long[] {attr(attr).asLong()};
    }
    long[] values = new long[attr(attr).size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode item = attr(attr).get(i);
      values[i] = item.isNull() ? Long.MAX_VALUE : item.asLong();
    }
    return values;
  }

  double[] reals(String attr, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = attr(attr).isArray() ? attr(attr).get(i).asDouble() : attr(attr).asDouble();
    }
    return values;
  }

  LossReduction reduction() {
    return switch (text("reduction", "mean")) {
      case "none" -> LossReduction.NONE;
      case "sum" -> LossReduction.SUM;
      case "mean" -> LossReduction.MEAN;
      case "batchmean" -> LossReduction.BATCH_MEAN;
      default -> throw new IllegalArgumentException(text("reduction", ""));
    };
  }

  // Nodes.

  static OpDef definition(String op) {
    OpDef definition = OPS.get(op);
    if (definition == null) {
      throw new IllegalArgumentException("no operator '" + op + "' in Ops.ALL");
    }
    return definition;
  }

  Value node(String op, Attrs attrs, Value... args) {
    return builder.add(definition(op), attrs, args);
  }

  Value node(String op, Value... args) {
    return node(op, Attrs.NONE, args);
  }

  List<Value> nodes(int outputs, String op, Attrs attrs, Value... args) {
    return builder.add(definition(op), attrs, List.of(args), outputs, "");
  }

  Value vector(long... values) {
    return builder.constant(Tensor.vector(values));
  }

  /** A number of the type of {@code like}. */
  Value number(Value like, double value) {
    return builder.constant(Tensor.scalar(like.tensorType().dtype(), value));
  }
}
