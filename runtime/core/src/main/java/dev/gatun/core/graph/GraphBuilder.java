package dev.gatun.core.graph;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds a graph node by node, inferring types as it goes.
 *
 * <p>Equal nodes (same pure operator, attributes and inputs) become one, and so do equal constants.
 */
public final class GraphBuilder {
  private record Key(OpDef op, Attrs attrs, List<Value> inputs, int outputs) {}

  private final String name;
  private final List<Value> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Value> outputs = new ArrayList<>();
  private final List<String> outputNames = new ArrayList<>();
  private final Map<Key, Node> known = new HashMap<>();
  private final Map<Datum, Value> constants = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private int counter;
  private int segment = Segment.NONE;

  /** Starts an empty graph; the name is for messages. */
  public GraphBuilder(String name) {
    this.name = name;
    names.add("");
  }

  /** The {@link Segment} of the nodes that are being added. */
  public int segment() {
    return segment;
  }

  /** Says which {@link Segment} the nodes belong to that are added from now on. */
  public void segment(int value) {
    segment = value;
  }

  /** Adds an input. */
  public Value input(String inputName, Type type) {
    Value value = new Value(unique(inputName), type, null);
    inputs.add(value);
    return value;
  }

  /** A constant tensor. */
  public Value constant(Tensor tensor) {
    return constant("c" + counter, tensor);
  }

  /** A constant with a preferred name; an equal one that is there already keeps its own. */
  public Value constant(String constantName, Datum datum) {
    Value old = constants.get(datum);
    if (old != null) {
      return old;
    }
    counter++;
    Value value = new Value(unique(constantName), datum.type(), datum);
    constants.put(datum, value);
    return value;
  }

  /** Adds a node with one output. */
  public Value add(OpDef op, Attrs attrs, Value... args) {
    return add(op, attrs, List.of(args), 1, "").get(0);
  }

  /** Adds a node with one output and no attributes. */
  public Value add(OpDef op, Value... args) {
    return add(op, Attrs.NONE, args);
  }

  /**
   * Adds a node.
   *
   * @param args inputs; {@link Value#ABSENT} for optional ones, trailing ones are dropped
   * @param outputCount how many outputs are wanted; fewer than the operator's, never more
   * @param nodeName name in the model file, or empty
   */
  public List<Value> add(
      OpDef op, Attrs attrs, List<Value> args, int outputCount, String nodeName) {
    return add(op, attrs, args, outputCount, nodeName, List.of());
  }

  /** As above with preferred names for the outputs. */
  public List<Value> add(
      OpDef op,
      Attrs attrs,
      List<Value> args,
      int outputCount,
      String nodeName,
      List<String> preferredNames) {
    List<Value> given = new ArrayList<>(args);
    while (!given.isEmpty() && given.get(given.size() - 1).isAbsent()) {
      given.remove(given.size() - 1);
    }
    Attrs complete = op.complete(attrs);
    Key key = new Key(op, complete, given, outputCount);
    Node old = op.isPure(complete) ? known.get(key) : null;
    if (old != null) {
      return old.outputs();
    }
    List<Type> types = op.infer(new Operands(op, complete, given, outputCount));
    if (types.size() < outputCount) {
      throw new dev.gatun.core.tensor.ShapeException(
          "op '" + op.name() + "' has " + types.size() + " outputs, not " + outputCount);
    }
    List<Value> results = new ArrayList<>();
    for (int i = 0; i < outputCount; i++) {
      String wanted = i < preferredNames.size() ? preferredNames.get(i) : "";
      results.add(
          new Value(unique(wanted.isEmpty() ? "v" + counter++ : wanted), types.get(i), null));
    }
    String title = nodeName.isEmpty() && !results.isEmpty() ? results.get(0).name() : nodeName;
    Node node = new Node(op, complete, title, given, results, segment);
    nodes.add(node);
    known.put(key, node);
    return node.outputs();
  }

  /** Adds the nodes of another graph on the given values; returns the values of its outputs. */
  public List<Value> inline(Graph graph, List<Value> args) {
    Map<Value, Value> now = new HashMap<>();
    now.put(Value.ABSENT, Value.ABSENT);
    for (int i = 0; i < args.size(); i++) {
      now.put(graph.inputs().get(i), args.get(i));
    }
    int around = segment;
    for (Node node : graph.nodes()) {
      List<Value> given = new ArrayList<>();
      node.inputs().forEach(input -> given.add(translate(now, input)));
      segment = Segment.within(around, node);
      List<Value> results = add(node.op(), node.attrs(), given, node.outputs().size(), node.name());
      for (int i = 0; i < results.size(); i++) {
        now.put(node.outputs().get(i), results.get(i));
      }
    }
    segment = around;
    List<Value> results = new ArrayList<>();
    graph.outputs().forEach(output -> results.add(translate(now, output)));
    return results;
  }

  private Value translate(Map<Value, Value> now, Value old) {
    return now.computeIfAbsent(old, v -> constant(v.name(), v.constantDatum().orElseThrow()));
  }

  /** Makes a value an output of the graph. */
  public void output(String outputName, Value value) {
    outputs.add(value);
    outputNames.add(outputName);
  }

  /** The finished graph with every node that was added, used or not. */
  public Graph build() {
    return new Graph(name, inputs, nodes, outputs, outputNames);
  }

  private String unique(String wanted) {
    String candidate = wanted;
    for (int i = 1; !names.add(candidate); i++) {
      candidate = wanted + "_" + i;
    }
    return candidate;
  }
}
