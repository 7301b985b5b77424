package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.WireReader;
import java.util.ArrayList;
import java.util.List;

/** Nodes, constants and the names of inputs and outputs. */
public record GraphProto(
    String name,
    List<NodeProto> nodes,
    List<TensorProto> initializers,
    List<SparseTensorProto> sparseInitializers,
    List<ValueProto> inputs,
    List<ValueProto> outputs,
    List<ValueProto> values) {

  static GraphProto read(WireReader in) {
    String name = "";
    List<NodeProto> nodes = new ArrayList<>();
    List<TensorProto> initializers = new ArrayList<>();
    List<SparseTensorProto> sparse = new ArrayList<>();
    List<ValueProto> inputs = new ArrayList<>();
    List<ValueProto> outputs = new ArrayList<>();
    List<ValueProto> values = new ArrayList<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> nodes.add(NodeProto.read(in.message()));
        case 2 -> name = in.text();
        case 5 -> initializers.add(TensorProto.read(in.message()));
        case 11 -> inputs.add(ValueProto.read(in.message()));
        case 12 -> outputs.add(ValueProto.read(in.message()));
        case 13 -> values.add(ValueProto.read(in.message()));
        case 15 -> sparse.add(SparseTensorProto.read(in.message()));
        default -> in.skip();
      }
    }
    return new GraphProto(name, nodes, initializers, sparse, inputs, outputs, values);
  }
}
