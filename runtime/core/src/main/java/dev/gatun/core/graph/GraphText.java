package dev.gatun.core.graph;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Prints graphs as text that {@link GraphParser} reads.
 *
 * <pre>
 * graph example(x: f32[8, 64]) {
 *   b = f32[2]{1.0, 2.0}
 *   y = transpose(x) {perm = [1, 0]}
 *   values, indices = topK(y, k) {axis = -1}
 *   return y, values as "best"
 * }
 * </pre>
 *
 * <p>Names that are not identifiers stand between backquotes. Constants above {@link #MAX_ELEMENTS}
 * elements are cut short with "...": such text is for people and does not parse.
 */
public final class GraphText {
  /** Constants of more elements are abbreviated unless asked for in full. */
  public static final int MAX_ELEMENTS = 16;

  private final StringBuilder text = new StringBuilder();
  private final long maxElements;

  private GraphText(long maxElements) {
    this.maxElements = maxElements;
  }

  /** The graph with long constants cut short. */
  public static String of(Graph graph) {
    GraphText printer = new GraphText(MAX_ELEMENTS);
    printer.graph(graph, "");
    return printer.text.toString();
  }

  /** The graph with every constant in full; parses to an equal graph. */
  public static String full(Graph graph) {
    GraphText printer = new GraphText(Long.MAX_VALUE);
    printer.graph(graph, "");
    return printer.text.toString();
  }

  private void graph(Graph graph, String indent) {
    text.append("graph ").append(name(graph.name())).append('(');
    String separator = "";
    for (Value input : graph.inputs()) {
      text.append(separator).append(name(input.name())).append(": ").append(type(input.type()));
      separator = ", ";
    }
    text.append(") {\n");
    String inner = indent + "  ";
    for (Value constant : constants(graph)) {
      text.append(inner).append(name(constant.name())).append(" = ");
      constant
          .constant()
          .ifPresentOrElse(this::tensor, () -> text.append("? ").append(type(constant.type())));
      text.append('\n');
    }
    for (Node node : graph.nodes()) {
      node(node, inner);
    }
    text.append(inner).append("return");
    separator = " ";
    for (int i = 0; i < graph.outputs().size(); i++) {
      String valueName = graph.outputs().get(i).name();
      text.append(separator).append(name(valueName));
      if (!valueName.equals(graph.outputNames().get(i))) {
        text.append(" as ").append(quoted(graph.outputNames().get(i)));
      }
      separator = ", ";
    }
    text.append('\n').append(indent).append('}');
    if (indent.isEmpty()) {
      text.append('\n');
    }
  }

  private static Set<Value> constants(Graph graph) {
    Set<Value> constants = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        if (input.constantDatum().isPresent()) {
          constants.add(input);
        }
      }
    }
    for (Value output : graph.outputs()) {
      if (output.constantDatum().isPresent()) {
        constants.add(output);
      }
    }
    return constants;
  }

  private void node(Node node, String indent) {
    StringJoiner outputs = new StringJoiner(", ");
    node.outputs().forEach(output -> outputs.add(name(output.name())));
    StringJoiner inputs = new StringJoiner(", ", "(", ")");
    node.inputs().forEach(input -> inputs.add(input.isAbsent() ? "-" : name(input.name())));
    text.append(indent).append(outputs).append(" = ").append(node.op().name()).append(inputs);
    Map<String, Object> attrs = node.attrs().asMap();
    if (!attrs.isEmpty()) {
      String separator = " {";
      for (Map.Entry<String, Object> attr : attrs.entrySet()) {
        text.append(separator).append(attr.getKey()).append(" = ");
        attribute(attr.getValue(), indent);
        separator = ", ";
      }
      text.append('}');
    }
    text.append('\n');
  }

  private void attribute(Object value, String indent) {
    switch (value) {
      case String s -> text.append(quoted(s));
      case DType t -> text.append(lower(t));
      case Double d -> text.append(real(d));
      case Tensor t -> tensor(t);
      case Type t -> text.append("type ").append(type(t));
      case Graph g -> graph(g, indent + "  ");
      case List<?> list -> {
        String separator = "[";
        for (Object item : list) {
          text.append(separator);
          attribute(item, indent);
          separator = ", ";
        }
        text.append(list.isEmpty() ? "[]" : "]");
      }
      default -> text.append(value);
    }
  }

  private void tensor(Tensor tensor) {
    text.append(type(tensor.type())).append('{');
    long shown = Math.min(tensor.elements(), maxElements);
    for (long i = 0; i < shown; i++) {
      text.append(i == 0 ? "" : ", ").append(element(tensor, i));
    }
    text.append(shown < tensor.elements() ? ", ...}" : "}");
  }

  private static String element(Tensor tensor, long i) {
    return switch (tensor.dtype().kind()) {
      case STRING -> quoted(tensor.getString(i));
      case BOOL -> String.valueOf(tensor.getBoolean(i));
      case INT, UINT -> String.valueOf(tensor.getLong(i));
      case FLOAT ->
          tensor.dtype() == DType.F64
              ? real(tensor.getDouble(i))
              : String.valueOf(tensor.getFloat(i));
    };
  }

  private static String real(double value) {
    return String.valueOf(value);
  }

  /** A type as text: "f32[2, ?]", "seq(i64[?...])", "optional(...)", "map(i64, ...)". */
  public static String type(Type type) {
    return switch (type) {
      case Type.OfTensor(DType dtype, Shape shape) -> lower(dtype) + shape;
      case Type.OfSequence(Type element) -> "seq(" + type(element) + ")";
      case Type.OfOptional(Type element) -> "optional(" + type(element) + ")";
      case Type.OfMap(DType key, Type value) -> "map(" + lower(key) + ", " + type(value) + ")";
    };
  }

  private static String lower(DType dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }

  private static String name(String name) {
    return name.matches("[A-Za-z_][A-Za-z0-9_.]*") && !name.equals("return")
        ? name
        : '`' + name.replace("\\", "\\\\").replace("`", "\\`") + '`';
  }

  private static String quoted(String s) {
    return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
