package dev.gatun.formats.onnx.export;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.wire.Rope;
import dev.gatun.formats.wire.WireWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes one graph, the model's or one inside a node, node by node: by a rule for the operator, as
 * what it consists of, or as the expression that it computes for each element.
 */
final class GraphWriter {
  /** Operators that consist of others that consist of others: no real one goes deeper. */
  private static final int DEEPEST = 16;

  private final ModelWriter model;
  private final String prefix;
  private final Map<Value, String> names = new HashMap<>();
  private final Map<Value, String> wanted = new HashMap<>();
  private final Set<String> local = new HashSet<>();
  private final Rope rope = new Rope();

  /** Names inside of nodes begin with a prefix: they must differ from those outside. */
  GraphWriter(ModelWriter model, String prefix) {
    this.model = model;
    this.prefix = prefix;
  }

  ModelWriter model() {
    return model;
  }

  /** A value that has a name already: an input, or one from outside. */
  void bind(Value value, String name) {
    names.put(value, name);
  }

  /** An input of this graph. */
  void input(Value value, String name) {
    bind(value, name);
    rope.message(11, Rope.of(Encoding.value(name, value.type())));
  }

  /** The graph's nodes and outputs; inputs come before. */
  Rope write(Graph graph, List<String> outputNames) {
    Set<Node> needed = needed(graph);
    for (int i = 0; i < outputNames.size(); i++) {
      Value output = graph.outputs().get(i);
      if (output.producer().isPresent() && !names.containsKey(output)) {
        wanted.putIfAbsent(output, outputNames.get(i));
      }
    }
    for (Node node : graph.nodes()) {
      if (needed.contains(node)) {
        write(node, 0);
      }
    }
    rope.add(new WireWriter().text(2, graph.name().isEmpty() ? "graph" : graph.name()).toBytes());
    for (int i = 0; i < outputNames.size(); i++) {
      Value output = graph.outputs().get(i);
      String name = outputNames.get(i);
      if (!local.contains(name)) {
        node("Identity", Map.of(), List.of(name(output)), List.of(name));
      }
      rope.message(12, Rope.of(Encoding.value(name, output.type())));
    }
    return rope;
  }

  /** What outputs depend on; nodes without outputs count as needed by nobody. */
  private static Set<Node> needed(Graph graph) {
    Set<Node> needed = new HashSet<>();
    Set<Value> read = new HashSet<>(graph.outputs());
    for (Node node : graph.nodes().reversed()) {
      if (node.outputs().stream().anyMatch(read::contains)) {
        needed.add(node);
        read.addAll(node.inputs());
      }
    }
    return needed;
  }

  private void write(Node node, int depth) {
    ExportNode view = new ExportNode(this, node);
    List<String> results;
    try {
      results = results(view, depth);
    } catch (GatunException e) {
      model.problem(node.toString(), String.valueOf(e.getMessage()));
      results = List.of();
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      // After a problem the rest is still looked at, for other problems.
      names.put(node.outputs().get(i), i < results.size() ? results.get(i) : "?");
    }
  }

  private List<String> results(ExportNode view, int depth) {
    Node node = view.node();
    String name = node.op().name();
    if (view.channelsLast()) {
      throw new GatunException("layout NHWC is not ONNX's; export the graph before it is compiled");
    }
    ExportRule rule = ExportRules.TABLE.get(name);
    if (rule != null) {
      List<String> results = rule.write(view);
      if (!results.isEmpty()) {
        return results;
      }
    }
    Optional<OpDef.Decomposition> parts =
        Optional.ofNullable(Parts.TABLE.get(name))
            .or(() -> node.op().decomposition())
            .or(
                () ->
                    node.op().pointwise().isPresent()
                        ? Optional.empty()
                        : node.op().differentiable());
    if (parts.isPresent() && depth < DEEPEST) {
      return takeApart(node, parts.get(), depth);
    }
    if (node.op().pointwise().isPresent()) {
      return List.of(new ExpressionWriter(view).write(node.op().pointwise().get()));
    }
    throw new GatunException("has no ONNX operator of opset " + ModelWriter.OPSET);
  }

  private List<String> takeApart(Node node, OpDef.Decomposition parts, int depth) {
    GraphBuilder b = new GraphBuilder(node.name());
    List<Value> args = new ArrayList<>();
    Map<Value, String> bound = new HashMap<>();
    for (Value input : node.inputs()) {
      Optional<Datum> constant = input.constantDatum();
      if (input.isAbsent() || constant.isPresent()) {
        args.add(input.isAbsent() ? input : b.constant(input.name(), constant.get()));
        continue;
      }
      Value arg = b.input(input.name(), input.type());
      bound.put(arg, name(input));
      args.add(arg);
    }
    List<Value> results =
        parts.build(b, new Operands(node.op(), node.attrs(), args, node.outputs().size()));
    names.putAll(bound);
    for (int i = 0; i < node.outputs().size(); i++) {
      String name = wanted.get(node.outputs().get(i));
      if (name != null && results.get(i).producer().isPresent()) {
        wanted.putIfAbsent(results.get(i), name);
      }
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      b.output("y" + i, results.get(i));
    }
    Graph graph = b.build();
    Set<Node> needed = needed(graph);
    for (Node part : graph.nodes()) {
      if (needed.contains(part)) {
        write(part, depth + 1);
      }
    }
    List<String> found = new ArrayList<>();
    for (int i = 0; i < node.outputs().size(); i++) {
      found.add(name(results.get(i)));
    }
    return found;
  }

  /** The name of a value: what its node gave it, or that of the constant. */
  String name(Value value) {
    String name = names.get(value);
    if (name != null) {
      return name;
    }
    Tensor constant =
        value
            .constant()
            .orElseThrow(() -> new GatunException("constant '" + value.name() + "' is no tensor"));
    String made = model.constant(constant, prefix + value.name());
    names.put(value, made);
    return made;
  }

  String constant(Tensor tensor) {
    return model.constant(tensor, prefix + "c");
  }

  /** A name for the output of a node: that of the graph's output if it is one. */
  String freshFor(Value output) {
    String name = wanted.get(output);
    return name != null && !local.contains(name) ? name : model.name(prefix + output.name());
  }

  /** Adds a node with one output. */
  String add(String type, Map<String, Object> attributes, String... inputs) {
    String name = model.name(prefix + type.toLowerCase(Locale.ROOT));
    node(type, attributes, List.of(inputs), List.of(name));
    return name;
  }

  /** Adds a node. */
  void node(
      String type, Map<String, Object> attributes, List<String> inputs, List<String> outputs) {
    Rope message = new Rope();
    WireWriter head = new WireWriter();
    int count = inputs.size();
    while (count > 0 && inputs.get(count - 1).isEmpty()) {
      count--;
    }
    inputs.subList(0, count).forEach(name -> head.text(1, name));
    outputs.forEach(name -> head.text(2, name));
    local.addAll(outputs);
    head.text(3, outputs.isEmpty() ? type : outputs.get(0)).text(4, type);
    message.add(head.toBytes());
    String[] keys = attributes.keySet().toArray(String[]::new);
    Arrays.sort(keys);
    for (String key : keys) {
      Object value = attributes.get(key);
      if (value != null) {
        message.message(5, Encoding.attribute(key, value));
      }
    }
    rope.message(1, message);
  }
}
