package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.core.tensor.UnsupportedOpException;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.proto.AttributeProto;
import dev.gatun.formats.onnx.proto.FunctionProto;
import dev.gatun.formats.onnx.proto.GraphProto;
import dev.gatun.formats.onnx.proto.NodeProto;
import dev.gatun.formats.onnx.proto.SparseTensorProto;
import dev.gatun.formats.onnx.proto.TensorProto;
import dev.gatun.formats.onnx.proto.TypeProto;
import dev.gatun.formats.onnx.proto.ValueProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports one graph: the model's own or one inside a node. */
final class GraphImporter {
  private final ImportContext context;
  private final GraphBuilder builder;

  GraphImporter(ImportContext context, String name) {
    this.context = context;
    this.builder = new GraphBuilder(name);
  }

  ImportContext context() {
    return context;
  }

  GraphBuilder builder() {
    return builder;
  }

  /** The type that a file states; throws when Gatun does not have it. */
  static Type type(TypeProto proto) {
    Type type = proto.type();
    if (type == null) {
      throw new UnsupportedOpException(proto.problem());
    }
    if (!proto.problem().isEmpty()) {
      throw new GatunException(proto.problem());
    }
    return type;
  }

  // ---- values

  /** Defines the graph's constants, except those named in {@code skip}. */
  void initializers(GraphProto graph, Scope scope, Set<String> skip) {
    for (TensorProto proto : graph.initializers()) {
      if (skip.contains(proto.name())) {
        continue;
      }
      if (context.isInspecting() && Filled.isMissing(proto)) {
        scope.define(proto.name(), builder.input(proto.name(), Filled.type(proto)));
      } else {
        define(scope, proto.name(), () -> decode(proto));
      }
    }
    for (SparseTensorProto proto : graph.sparseInitializers()) {
      if (!skip.contains(proto.name())) {
        define(scope, proto.name(), () -> context.decoder().decode(proto, context.file()));
      }
    }
  }

  private void define(Scope scope, String name, java.util.function.Supplier<Tensor> tensor) {
    String where = "initializer '" + name + "'";
    try {
      if (!scope.define(name, builder.constant(name, tensor.get()))) {
        context.invalid(where, "there is another value of that name");
      }
    } catch (FormatException e) {
      scope.defineBroken(name);
      context.invalid(where, String.valueOf(e.getMessage()));
    }
  }

  /** The tensor of an initializer. */
  Tensor decode(TensorProto proto) {
    if (Filled.isMissing(proto)) {
      if (!context.options().fillMissing()) {
        throw new FormatException(
            proto.title() + ": the file was stripped of its data (use the option fillMissing)");
      }
      return Filled.tensor(proto);
    }
    return context.decoder().decode(proto);
  }

  // ---- nodes

  /** Imports nodes in order; what goes wrong is collected. */
  void nodes(List<NodeProto> nodes, Scope scope) {
    NodeOrder order = NodeOrder.of(nodes, name -> scope.findHere(name) != null);
    if (!order.cyclic().isEmpty()) {
      List<String> titles = order.cyclic().stream().map(NodeProto::title).limit(5).toList();
      context.invalid(
          "graph", order.cyclic().size() + " nodes depend on each other in a cycle: " + titles);
      for (NodeProto node : order.cyclic()) {
        node.outputs().forEach(scope::defineBroken);
      }
    }
    for (NodeProto node : order.sorted()) {
      context.countNode();
      node(node, scope);
    }
  }

  private void node(NodeProto node, Scope scope) {
    try {
      List<String> wanted = node.outputs();
      for (String output : wanted) {
        if (!output.isEmpty() && (scope.isBroken(output) || scope.findHere(output) != null)) {
          throw new GatunException("output '" + output + "' is defined twice");
        }
      }
      List<Value> results = build(node, scope);
      for (int i = 0; i < wanted.size(); i++) {
        if (wanted.get(i).isEmpty()) {
          continue;
        }
        if (i >= results.size()) {
          throw new GatunException(
              "has " + results.size() + " outputs, the model wants " + wanted.size());
        }
        if (!scope.define(wanted.get(i), results.get(i))) {
          throw new GatunException("output '" + wanted.get(i) + "' is defined twice");
        }
      }
    } catch (BrokenInputException e) {
      node.outputs().forEach(scope::defineBroken);
    } catch (UnsupportedOpException e) {
      context.unsupported("node " + node.title(), String.valueOf(e.getMessage()));
      node.outputs().forEach(scope::defineBroken);
    } catch (GatunException e) {
      if (context.isExhausted()) {
        throw e;
      }
      context.invalid("node " + node.title(), String.valueOf(e.getMessage()));
      node.outputs().forEach(scope::defineBroken);
    } catch (ArithmeticException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | IllegalArgumentException e) {
      // Type rules are written for sane sizes; a file may claim any (2^62 channels, axis 10^9).
      context.invalid(
          "node " + node.title(), "sizes or attributes out of range: " + e.getMessage());
      node.outputs().forEach(scope::defineBroken);
    }
  }

  private List<Value> build(NodeProto node, Scope scope) {
    FunctionProto function =
        context.functions().get(FunctionProto.key(node.domain(), node.opType(), node.overload()));
    Rule rule = function != null ? null : Rules.find(node.domain(), node.opType());
    if (function == null && rule == null) {
      throw new UnsupportedOpException("Gatun has no such operator");
    }
    List<Value> inputs = new ArrayList<>();
    boolean broken = false;
    for (String name : node.inputs()) {
      broken |= !name.isEmpty() && scope.isBroken(name);
      Value value = name.isEmpty() ? Value.ABSENT : scope.find(name);
      if (value == null && !scope.isBroken(name)) {
        throw new GatunException("input '" + name + "' is not defined by any node or input");
      }
      inputs.add(value == null ? Value.ABSENT : value);
    }
    if (broken) {
      throw new BrokenInputException();
    }
    if (function != null) {
      return inline(function, node, inputs, scope);
    }
    OnnxNode n =
        new OnnxNode(this, scope, node, attributes(node, scope), inputs, version(node, scope));
    List<Value> results = java.util.Objects.requireNonNull(rule).build(n);
    if (!n.unused().isEmpty()) {
      throw new GatunException("unknown attributes " + n.unused());
    }
    return results;
  }

  private int version(NodeProto node, Scope scope) {
    Long version = scope.opsets().get(node.domain());
    if (version == null) {
      // Old files name no version of the default domain, and most exporters none of their own
      // domains.
      return 1;
    }
    return (int) Math.min(version, Integer.MAX_VALUE);
  }

  private static Map<String, Object> attributes(NodeProto node, Scope scope) {
    Map<String, Object> values = new HashMap<>();
    for (AttributeProto attribute : node.attributes()) {
      Object value = bound(attribute, scope).value();
      if (value != null && values.put(attribute.name(), value) != null) {
        throw new GatunException("attribute '" + attribute.name() + "' is given twice");
      }
    }
    return values;
  }

  private static AttributeProto bound(AttributeProto attribute, Scope scope) {
    if (attribute.ref().isEmpty()) {
      return attribute;
    }
    AttributeProto bound = scope.bindings().get(attribute.ref());
    return bound == null
        ? new AttributeProto(attribute.name(), "", null)
        : bound.named(attribute.name());
  }

  private List<Value> inline(
      FunctionProto function, NodeProto node, List<Value> inputs, Scope scope) {
    if (context.calls().contains(function.key())) {
      throw new GatunException("function " + function.name() + " calls itself");
    }
    Map<String, AttributeProto> bindings = new HashMap<>();
    for (AttributeProto attribute : function.defaults()) {
      bindings.put(attribute.name(), attribute);
    }
    for (AttributeProto attribute : node.attributes()) {
      if (!bindings.containsKey(attribute.name())
          && !function.attributes().contains(attribute.name())) {
        throw new GatunException("the function has no attribute '" + attribute.name() + "'");
      }
      bindings.put(attribute.name(), bound(attribute, scope));
    }
    if (inputs.size() > function.inputs().size()) {
      throw new GatunException(
          "the function takes " + function.inputs().size() + " inputs, got " + inputs.size());
    }
    Scope inner = Scope.function(function.opsets(), bindings);
    for (int i = 0; i < function.inputs().size(); i++) {
      inner.define(function.inputs().get(i), i < inputs.size() ? inputs.get(i) : Value.ABSENT);
    }
    context.calls().push(function.key());
    try {
      nodes(function.nodes(), inner);
    } finally {
      context.calls().pop();
    }
    return results(function.outputs(), inner, "function " + function.name());
  }

  private static List<Value> results(List<String> names, Scope scope, String where) {
    List<Value> results = new ArrayList<>();
    for (String name : names) {
      if (scope.isBroken(name)) {
        throw new BrokenInputException();
      }
      Value value = scope.find(name);
      if (value == null) {
        throw new GatunException(where + " does not define its output '" + name + "'");
      }
      results.add(value);
    }
    return results;
  }

  /** Adds a node, or constants in its place when all of it is known. */
  List<Value> add(
      OpDef op, Attrs attrs, List<Value> args, int outputs, String name, List<String> names) {
    Optional<List<Datum>> known = Folding.fold(op, attrs, args, outputs);
    if (known.isEmpty()) {
      return builder.add(op, attrs, args, outputs, name, names);
    }
    List<Value> results = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      String preferred = i < names.size() && !names.get(i).isEmpty() ? names.get(i) : "c";
      results.add(builder.constant(preferred, known.get().get(i)));
    }
    return results;
  }

  // ---- subgraphs

  /** Outer values that subgraphs read: those known now become constants inside. */
  record Captures(Map<String, Value> values, Map<String, Datum> constants) {
    List<Value> list() {
      return List.copyOf(values.values());
    }
  }

  /** What graphs inside a node read from outside. */
  static Captures captures(Scope scope, GraphProto... graphs) {
    Map<String, Value> values = new java.util.LinkedHashMap<>();
    Map<String, Datum> constants = new java.util.LinkedHashMap<>();
    for (GraphProto graph : graphs) {
      for (String name : FreeNames.of(graph)) {
        if (scope.isBroken(name)) {
          throw new BrokenInputException();
        }
        Value value = scope.find(name);
        if (value == null) {
          throw new GatunException(
              "its subgraph reads '" + name + "', which is not defined by any node or input");
        }
        Optional<Datum> constant = value.constantDatum();
        if (constant.isPresent()) {
          constants.put(name, constant.get());
        } else if (!value.isAbsent()) {
          values.put(name, value);
        }
      }
    }
    return new Captures(values, constants);
  }

  /** A graph inside a node: its own inputs have the given types, captured values come after. */
  Graph subgraph(GraphProto proto, Scope outer, List<? extends Type> types, Captures captures) {
    return subgraph(proto, outer, types, captures, Map.of());
  }

  /**
   * As above.
   *
   * @param wanted types of outputs by place: where that is an optional, a plain value is wrapped
   */
  Graph subgraph(
      GraphProto proto,
      Scope outer,
      List<? extends Type> types,
      Captures captures,
      Map<Integer, Type> wanted) {
    if (types.size() != proto.inputs().size()) {
      throw new GatunException(
          "its subgraph takes " + proto.inputs().size() + " inputs, needs " + types.size());
    }
    int before = context.problems().size();
    GraphImporter inner = new GraphImporter(context, proto.name());
    Scope scope = Scope.root(outer.opsets(), outer.bindings());
    for (int i = 0; i < types.size(); i++) {
      String name = proto.inputs().get(i).name();
      if (!scope.define(name, inner.builder.input(name, types.get(i)))) {
        throw new GatunException("its subgraph has two inputs '" + name + "'");
      }
    }
    for (Map.Entry<String, Value> capture : captures.values().entrySet()) {
      scope.define(
          capture.getKey(), inner.builder.input(capture.getKey(), capture.getValue().type()));
    }
    for (Map.Entry<String, Datum> constant : captures.constants().entrySet()) {
      scope.define(
          constant.getKey(), inner.builder.constant(constant.getKey(), constant.getValue()));
    }
    inner.initializers(proto, scope, Set.of());
    inner.nodes(proto.nodes(), scope);
    if (context.problems().size() > before) {
      throw new BrokenInputException();
    }
    List<String> names = proto.outputs().stream().map(ValueProto::name).toList();
    List<Value> results = results(names, scope, "its subgraph");
    for (int i = 0; i < names.size(); i++) {
      Value result = results.get(i);
      if (wanted.get(i) instanceof Type.OfOptional && !(result.type() instanceof Type.OfOptional)) {
        result = inner.builder.add(Operators.named("optional"), result);
      }
      inner.builder.output(names.get(i), result);
    }
    return inner.builder.build();
  }

  /** The outputs of a graph without inputs whose nodes become part of this one. */
  List<Value> inline(GraphProto proto, Scope outer) {
    return inline(proto, outer, List.of());
  }

  /** As above for a graph with inputs. */
  List<Value> inline(GraphProto proto, Scope outer, List<Value> inputs) {
    if (proto.inputs().size() != inputs.size()) {
      throw new GatunException(
          "its subgraph takes " + proto.inputs().size() + " inputs, needs " + inputs.size());
    }
    Scope scope = outer.child();
    for (int i = 0; i < inputs.size(); i++) {
      scope.define(proto.inputs().get(i).name(), inputs.get(i));
    }
    initializers(proto, scope, Set.of());
    nodes(proto.nodes(), scope);
    return results(proto.outputs().stream().map(ValueProto::name).toList(), scope, "its subgraph");
  }

  /** The declared type of a value, if the file states a usable one. */
  static @Nullable Type declared(ValueProto value) {
    return value.type().map(TypeProto::type).orElse(null);
  }
}
