package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.core.tensor.UnsupportedOpException;
import dev.gatun.formats.onnx.proto.DataTypes;
import dev.gatun.formats.onnx.proto.GraphProto;
import dev.gatun.formats.onnx.proto.NodeProto;
import dev.gatun.formats.onnx.proto.SparseTensorProto;
import dev.gatun.formats.onnx.proto.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a mapping rule sees of an ONNX node, and how it builds its meaning.
 *
 * <p>Attributes that the rule has not asked for are a problem of the model: silently ignoring one
 * would give wrong results.
 */
final class OnnxNode {
  private final GraphImporter importer;
  private final Scope scope;
  private final NodeProto proto;
  private final Map<String, Object> attributes;
  private final Set<String> used = new HashSet<>();
  private final List<Value> inputs;
  private final int version;

  OnnxNode(
      GraphImporter importer,
      Scope scope,
      NodeProto proto,
      Map<String, Object> attributes,
      List<Value> inputs,
      int version) {
    this.importer = importer;
    this.scope = scope;
    this.proto = proto;
    this.attributes = attributes;
    this.inputs = inputs;
    this.version = version;
  }

  /** Name of the ONNX operator. */
  String opType() {
    return proto.opType();
  }

  /** Version of the operator set that the node belongs to. */
  int version() {
    return version;
  }

  /** How many outputs the node has, trailing ones left out. */
  int outputs() {
    int count = proto.outputs().size();
    while (count > 0 && proto.outputs().get(count - 1).isEmpty()) {
      count--;
    }
    return count;
  }

  /** True when somebody can read output {@code i}. */
  boolean wants(int i) {
    return i < proto.outputs().size() && !proto.outputs().get(i).isEmpty();
  }

  // ---- attributes

  boolean hasAttr(String name) {
    used.add(name);
    return attributes.containsKey(name);
  }

  /** Declares attributes that do not change the result. */
  void ignore(String... names) {
    used.addAll(List.of(names));
  }

  /** Attributes that no one asked for. */
  Set<String> unused() {
    Set<String> rest = new java.util.TreeSet<>(attributes.keySet());
    rest.removeAll(used);
    return rest;
  }

  long integer(String name) {
    return required(name, Long.class, "an integer");
  }

  long integer(String name, long byDefault) {
    return hasAttr(name) ? integer(name) : byDefault;
  }

  boolean flag(String name, boolean byDefault) {
    return integer(name, byDefault ? 1 : 0) != 0;
  }

  double real(String name) {
    return required(name, Float.class, "a float");
  }

  double real(String name, double byDefault) {
    return hasAttr(name) ? real(name) : byDefault;
  }

  String text(String name) {
    return required(name, String.class, "a string");
  }

  String text(String name, String byDefault) {
    return hasAttr(name) ? text(name) : byDefault;
  }

  long[] integers(String name) {
    return required(name, long[].class, "integers");
  }

  Optional<long[]> optionalIntegers(String name) {
    return hasAttr(name) ? Optional.of(integers(name)) : Optional.empty();
  }

  double[] reals(String name) {
    float[] values = hasAttr(name) ? required(name, float[].class, "floats") : new float[0];
    double[] result = new double[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  /** A list of strings; empty when the attribute is not there. */
  List<String> texts(String name) {
    List<String> result = new ArrayList<>();
    if (hasAttr(name)) {
      for (Object item : required(name, List.class, "strings")) {
        if (!(item instanceof String text)) {
          throw error("attribute '%s' must be strings", name);
        }
        result.add(text);
      }
    }
    return result;
  }

  Tensor tensor(String name) {
    Object value = attributes.get(name);
    used.add(name);
    if (value instanceof SparseTensorProto sparse) {
      return importer.context().decoder().decode(sparse, importer.context().file());
    }
    return importer.context().decoder().decode(required(name, TensorProto.class, "a tensor"));
  }

  Type type(String name) {
    return GraphImporter.type(
        required(name, dev.gatun.formats.onnx.proto.TypeProto.class, "a type"));
  }

  GraphProto graph(String name) {
    return required(name, GraphProto.class, "a graph");
  }

  /** An element type that is given by its number. */
  DType dtype(String name) {
    return dtype(name, integer(name));
  }

  /** An element type that is given by its number; 0 stands for the default. */
  DType dtype(String name, DType byDefault) {
    long code = integer(name, 0);
    return code == 0 ? byDefault : dtype(name, code);
  }

  private DType dtype(String name, long code) {
    DType dtype = DataTypes.find(code);
    if (dtype == null) {
      throw error("attribute '%s': %s", name, DataTypes.problem(code));
    }
    return dtype;
  }

  private <T> T required(String name, Class<T> type, String what) {
    used.add(name);
    Object value = attributes.get(name);
    if (value == null) {
      throw error("attribute '%s' is missing", name);
    }
    // An empty list has no element that tells its kind.
    if (value instanceof List<?> list && list.isEmpty() && type.isArray()) {
      return type.cast(java.lang.reflect.Array.newInstance(type.getComponentType(), 0));
    }
    if (!type.isInstance(value)) {
      throw error(
          "attribute '%s' must be %s, got %s", name, what, value.getClass().getSimpleName());
    }
    return type.cast(value);
  }

  // ---- inputs

  int count() {
    return inputs.size();
  }

  List<Value> inputs() {
    return inputs;
  }

  boolean has(int i) {
    return i < inputs.size() && !inputs.get(i).isAbsent();
  }

  Value in(int i) {
    if (!has(i)) {
      throw error("input %d is missing", i);
    }
    return inputs.get(i);
  }

  /** Input {@code i} or {@link Value#ABSENT}. */
  Value optional(int i) {
    return has(i) ? inputs.get(i) : Value.ABSENT;
  }

  DType dtype(int i) {
    return in(i).tensorType().dtype();
  }

  Shape shape(int i) {
    return in(i).tensorType().shape();
  }

  /** Integers of a constant input; empty when absent or not constant. */
  Optional<long[]> constantIntegers(int i) {
    return has(i) ? in(i).constant().map(Tensor::toLongs) : Optional.empty();
  }

  /** The number of a constant input of one element. */
  Optional<Double> constantReal(int i) {
    return has(i)
        ? in(i).constant().filter(t -> t.elements() == 1).map(t -> t.getDouble(0))
        : Optional.empty();
  }

  // ---- building

  /** Adds the node whose outputs are those of the ONNX node. */
  List<Value> op(String name, Attrs attrs, Value... args) {
    return importer.add(
        Operators.named(name), attrs, List.of(args), Math.max(1, outputs()), proto.name(), names());
  }

  // The outputs of a function that is inlined often cannot all keep their names.
  private List<String> names() {
    return scope.isFunction() ? List.of() : proto.outputs();
  }

  /** As above without attributes. */
  List<Value> op(String name, Value... args) {
    return op(name, Attrs.NONE, args);
  }

  /** Adds a node in between, of one output. */
  Value add(String name, Attrs attrs, Value... args) {
    return importer
        .add(Operators.named(name), attrs, List.of(args), 1, proto.name(), List.of())
        .get(0);
  }

  /** As above without attributes. */
  Value add(String name, Value... args) {
    return add(name, Attrs.NONE, args);
  }

  /** Adds a node in between, of several outputs. */
  List<Value> addMany(int count, String name, Attrs attrs, Value... args) {
    return importer.add(
        Operators.named(name), attrs, List.of(args), count, proto.name(), List.of());
  }

  /** A constant. */
  Value constant(Tensor tensor) {
    return importer.builder().constant(tensor);
  }

  /** A constant vector of int64. */
  Value vector(long... values) {
    return constant(Tensor.vector(values));
  }

  /** A constant number of the element type of a value. */
  Value scalar(Value like, double value) {
    return constant(Tensor.scalar(like.tensorType().dtype(), value));
  }

  /** A cast unless the type is right already. */
  Value cast(Value x, DType to) {
    return x.tensorType().dtype() == to ? x : add("cast", Attrs.of("to", to), x);
  }

  GraphBuilder builder() {
    return importer.builder();
  }

  GraphImporter importer() {
    return importer;
  }

  Scope scope() {
    return scope;
  }

  /** Adds a node of an operator that is not looked up by name. */
  List<Value> op(OpDef op, Attrs attrs, List<Value> args) {
    return importer.add(op, attrs, args, Math.max(1, outputs()), proto.name(), names());
  }

  /** A problem of the model. */
  GatunException error(String format, @Nullable Object... args) {
    return new GatunException(String.format(java.util.Locale.ROOT, format, args));
  }

  /** Something Gatun cannot do. */
  UnsupportedOpException unsupported(String format, @Nullable Object... args) {
    return new UnsupportedOpException(String.format(java.util.Locale.ROOT, format, args));
  }
}
