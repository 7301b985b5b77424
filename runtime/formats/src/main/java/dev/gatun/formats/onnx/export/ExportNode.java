package dev.gatun.formats.onnx.export;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a rule sees: a node, the names of its inputs, and where ONNX nodes go. */
final class ExportNode {
  private final GraphWriter out;
  private final Node node;

  ExportNode(GraphWriter out, Node node) {
    this.out = out;
    this.node = node;
  }

  Node node() {
    return node;
  }

  GraphWriter out() {
    return out;
  }

  Attrs attrs() {
    return node.attrs();
  }

  int count() {
    return node.inputs().size();
  }

  boolean has(int i) {
    return node.has(i);
  }

  /** Name of an input, empty where it is not given. */
  String in(int i) {
    return has(i) ? out.name(node.input(i)) : "";
  }

  /** Names of all inputs. */
  String[] inputs() {
    return inputs(0);
  }

  /** Names of the inputs from one on. */
  String[] inputs(int from) {
    List<String> names = new ArrayList<>();
    for (int i = from; i < count(); i++) {
      names.add(in(i));
    }
    return names.toArray(String[]::new);
  }

  Value value(int i) {
    return node.input(i);
  }

  Type.OfTensor type(int i) {
    return node.input(i).tensorType();
  }

  DType dtype(int i) {
    return type(i).dtype();
  }

  Shape shape(int i) {
    return type(i).shape();
  }

  /** True when results have their channels last, which ONNX does not know. */
  boolean channelsLast() {
    return attrs().has("layout")
        && attrs().asMap().get("layout") instanceof String layout
        && !layout.equals("NCHW");
  }

  /** The node as one ONNX operator: its outputs are the node's. */
  List<String> op(String type, Map<String, Object> attributes, String... inputs) {
    List<String> names = new ArrayList<>();
    for (Value output : node.outputs()) {
      names.add(out.freshFor(output));
    }
    out.node(type, attributes, List.of(inputs), names);
    return names;
  }

  /** The node as one ONNX operator without attributes. */
  List<String> op(String type, String... inputs) {
    return op(type, Map.of(), inputs);
  }

  /** One ONNX operator on the way. */
  String add(String type, Map<String, Object> attributes, String... inputs) {
    return out.add(type, attributes, inputs);
  }

  /** One ONNX operator on the way, without attributes. */
  String add(String type, String... inputs) {
    return add(type, Map.of(), inputs);
  }

  /** A constant number of a type. */
  String scalar(DType type, double value) {
    return out.constant(Tensor.scalar(type, value));
  }

  /** A constant list of integers. */
  String vector(long... values) {
    return out.constant(Tensor.vector(values));
  }
}
