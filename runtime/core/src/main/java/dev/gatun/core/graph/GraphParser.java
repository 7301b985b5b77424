package dev.gatun.core.graph;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the text that {@link GraphText} prints; errors name the line. */
public final class GraphParser {
  private final Map<String, OpDef> ops = new HashMap<>();

  /** A parser that knows these operators. */
  public GraphParser(List<OpDef> ops) {
    for (OpDef op : ops) {
      this.ops.put(op.name(), op);
    }
  }

  /** Parses one graph. */
  public Graph parse(String text) {
    TextScanner scanner = new TextScanner(text);
    Graph graph = graph(scanner);
    if (!scanner.isEnd()) {
      throw scanner.error("text after the graph");
    }
    return graph;
  }

  private Graph graph(TextScanner in) {
    in.expect("graph");
    GraphBuilder b = new GraphBuilder(in.name());
    Map<String, Value> values = new HashMap<>();
    in.expect("(");
    while (!in.take(")")) {
      String name = in.name();
      in.expect(":");
      values.put(name, b.input(name, type(in)));
      in.take(",");
    }
    in.expect("{");
    while (!in.take("return")) {
      statement(in, b, values);
    }
    while (!in.take("}")) {
      String name = in.name();
      b.output(in.take("as ") ? in.string() : name, value(in, values, name));
      in.take(",");
    }
    return b.build();
  }

  private void statement(TextScanner in, GraphBuilder b, Map<String, Value> values) {
    List<String> names = new ArrayList<>();
    do {
      names.add(in.name());
    } while (in.take(","));
    in.expect("=");
    String word = in.name();
    if (in.isAt("[")) {
      values.put(names.get(0), b.constant(names.get(0), tensor(in, dtype(in, word))));
      return;
    }
    OpDef op = operator(word);
    if (op == null) {
      throw in.error("there is no operator '" + word + "'");
    }
    in.expect("(");
    List<Value> args = new ArrayList<>();
    while (!in.take(")")) {
      args.add(in.take("-") ? Value.ABSENT : value(in, values, in.name()));
      in.take(",");
    }
    Attrs attrs = Attrs.NONE;
    if (in.take("{")) {
      while (!in.take("}")) {
        String name = in.name();
        in.expect("=");
        attrs = attrs.with(name, attribute(in));
        in.take(",");
      }
    }
    List<Value> results = b.add(op, attrs, args, names.size(), "", names);
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), results.get(i));
    }
  }

  /** An operator of the list, or a derivative of a pointwise one. */
  private @Nullable OpDef operator(String word) {
    OpDef op = ops.get(word);
    return op != null ? op : PointwiseDerivative.find(word, this::operator).orElse(null);
  }

  private static Value value(TextScanner in, Map<String, Value> values, String name) {
    Value value = values.get(name);
    if (value == null) {
      throw in.error("value '" + name + "' is not defined");
    }
    return value;
  }

  private Object attribute(TextScanner in) {
    char c = in.peek();
    if (c == '"') {
      return in.string();
    }
    if (c == '[') {
      in.expect("[");
      List<Object> list = new ArrayList<>();
      while (!in.take("]")) {
        list.add(attribute(in));
        in.take(",");
      }
      return list;
    }
    if (in.isAt("graph ")) {
      return graph(in);
    }
    if (in.take("type ")) {
      return type(in);
    }
    String word = in.number();
    if (word.equals("true") || word.equals("false")) {
      return Boolean.valueOf(word);
    }
    DType dtype = find(word);
    if (dtype != null) {
      return in.isAt("[") ? tensor(in, dtype) : dtype;
    }
    return number(in, word);
  }

  private static Number number(TextScanner in, String word) {
    try {
      return word.matches("[+-]?[0-9]+") ? (Number) Long.valueOf(word) : Double.valueOf(word);
    } catch (NumberFormatException e) {
      throw in.error("'" + word + "' is no value");
    }
  }

  private static Tensor tensor(TextScanner in, DType dtype) {
    TensorBuilder b = new TensorBuilder(dtype, shape(in));
    in.expect("{");
    long count = b.shape().elements();
    for (long i = 0; i < count; i++) {
      if (in.isAt("...")) {
        throw in.error("this constant was cut short when it was printed");
      }
      switch (dtype.kind()) {
        case STRING -> b.set(i, in.string());
        case BOOL -> b.set(i, in.name().equals("true"));
        case INT, UINT -> b.set(i, number(in, in.number()).longValue());
        case FLOAT -> b.set(i, number(in, in.number()).doubleValue());
      }
      in.take(",");
    }
    in.expect("}");
    return b.build();
  }

  private static Type type(TextScanner in) {
    String word = in.name();
    if (word.equals("seq") || word.equals("optional")) {
      in.expect("(");
      Type element = type(in);
      in.expect(")");
      return word.equals("seq") ? new Type.OfSequence(element) : new Type.OfOptional(element);
    }
    if (word.equals("map")) {
      in.expect("(");
      DType key = dtype(in, in.name());
      in.expect(",");
      Type value = type(in);
      in.expect(")");
      return new Type.OfMap(key, value);
    }
    return Type.tensor(dtype(in, word), shape(in));
  }

  private static Shape shape(TextScanner in) {
    in.expect("[");
    if (in.take("?...")) {
      in.expect("]");
      return Shape.UNRANKED;
    }
    List<Long> sizes = new ArrayList<>();
    List<@Nullable String> names = new ArrayList<>();
    while (!in.take("]")) {
      if (in.take("?")) {
        sizes.add(Shape.UNKNOWN);
        names.add(null);
      } else {
        String word = in.name();
        boolean known = Character.isDigit(word.charAt(0));
        sizes.add(known ? Long.parseLong(word) : Shape.UNKNOWN);
        names.add(known ? null : word);
      }
      in.take(",");
    }
    return Shape.named(sizes.stream().mapToLong(Long::longValue).toArray(), names);
  }

  private static DType dtype(TextScanner in, String word) {
    DType dtype = find(word);
    if (dtype == null) {
      throw in.error("'" + word + "' is no element type");
    }
    return dtype;
  }

  private static @Nullable DType find(String word) {
    for (DType dtype : DType.values()) {
      if (dtype.name().toLowerCase(Locale.ROOT).equals(word)) {
        return dtype;
      }
    }
    return null;
  }
}
