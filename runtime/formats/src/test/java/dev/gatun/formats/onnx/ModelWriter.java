package dev.gatun.formats.onnx;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.proto.DatumProto;
import dev.gatun.formats.wire.WireWriter;
import java.util.List;

/** Writes small ONNX models for tests, message by message. */
final class ModelWriter {
  private final WireWriter graph = new WireWriter().text(2, "test");
  private final WireWriter model = new WireWriter().integer(1, 8);

  ModelWriter opset(String domain, long version) {
    model.message(8, new WireWriter().text(1, domain).integer(2, version));
    return this;
  }

  ModelWriter node(WireWriter node) {
    graph.message(1, node);
    return this;
  }

  ModelWriter node(String op, List<String> inputs, List<String> outputs, WireWriter... attributes) {
    return node(nodeOf(op, inputs, outputs, attributes));
  }

  static WireWriter nodeOf(
      String op, List<String> inputs, List<String> outputs, WireWriter... attributes) {
    WireWriter node = new WireWriter().text(4, op).text(3, op + "_" + outputs.get(0));
    inputs.forEach(name -> node.text(1, name));
    outputs.forEach(name -> node.text(2, name));
    for (WireWriter attribute : attributes) {
      node.message(5, attribute);
    }
    return node;
  }

  ModelWriter input(String name, int elementType, long... dims) {
    graph.message(11, value(name, elementType, dims));
    return this;
  }

  ModelWriter output(String name, int elementType, long... dims) {
    graph.message(12, value(name, elementType, dims));
    return this;
  }

  ModelWriter initializer(String name, Tensor tensor) {
    graph.bytes(5, DatumProto.write(name, tensor));
    return this;
  }

  ModelWriter initializer(WireWriter proto) {
    graph.message(5, proto);
    return this;
  }

  ModelWriter sparse(WireWriter proto) {
    graph.message(15, proto);
    return this;
  }

  ModelWriter function(WireWriter function) {
    model.message(25, function);
    return this;
  }

  WireWriter graph() {
    return graph;
  }

  byte[] bytes() {
    return model.message(7, graph).toBytes();
  }

  static WireWriter value(String name, int elementType, long... dims) {
    WireWriter shape = new WireWriter();
    for (long dim : dims) {
      // -1 stands for a named size; other negative sizes are written as they are.
      shape.message(
          1, dim == -1 ? new WireWriter().text(2, "n") : new WireWriter().integer(1, dim));
    }
    WireWriter tensor = new WireWriter().integer(1, elementType).message(2, shape);
    return new WireWriter().text(1, name).message(2, new WireWriter().message(1, tensor));
  }

  static WireWriter attr(String name, long value) {
    return new WireWriter().text(1, name).integer(3, value).integer(20, 2);
  }

  static WireWriter attr(String name, long[] values) {
    WireWriter attribute = new WireWriter().text(1, name);
    for (long value : values) {
      attribute.integer(8, value);
    }
    return attribute.integer(20, 7);
  }

  static WireWriter attr(String name, float value) {
    return new WireWriter().text(1, name).real(2, value).integer(20, 1);
  }

  static WireWriter attr(String name, WireWriter subgraph) {
    return new WireWriter().text(1, name).message(6, subgraph).integer(20, 5);
  }

  static WireWriter ref(String name, String of) {
    return new WireWriter().text(1, name).text(21, of).integer(20, 2);
  }
}
