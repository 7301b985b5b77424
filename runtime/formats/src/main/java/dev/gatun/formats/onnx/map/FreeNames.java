package dev.gatun.formats.onnx.map;

import dev.gatun.formats.onnx.proto.AttributeProto;
import dev.gatun.formats.onnx.proto.GraphProto;
import dev.gatun.formats.onnx.proto.NodeProto;
import dev.gatun.formats.onnx.proto.SparseTensorProto;
import dev.gatun.formats.onnx.proto.TensorProto;
import dev.gatun.formats.onnx.proto.ValueProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names that a subgraph reads from the graphs around it. */
final class FreeNames {
  /** Free names of a graph in the order of their first use. */
  static Set<String> of(GraphProto graph) {
    Set<String> own = new HashSet<>();
    for (ValueProto input : graph.inputs()) {
      own.add(input.name());
    }
    for (TensorProto tensor : graph.initializers()) {
      own.add(tensor.name());
    }
    for (SparseTensorProto tensor : graph.sparseInitializers()) {
      own.add(tensor.name());
    }
    // Nodes may be out of order: what any of them makes is the graph's own.
    for (NodeProto node : graph.nodes()) {
      own.addAll(node.outputs());
    }
    Set<String> free = new LinkedHashSet<>();
    for (NodeProto node : graph.nodes()) {
      free.addAll(reads(node));
    }
    for (ValueProto output : graph.outputs()) {
      free.add(output.name());
    }
    free.removeAll(own);
    free.remove("");
    return free;
  }

  /** Everything a node reads, by its inputs or inside its subgraphs. */
  static List<String> reads(NodeProto node) {
    List<String> reads = new ArrayList<>(node.inputs());
    for (AttributeProto attribute : node.attributes()) {
      if (attribute.value() instanceof GraphProto graph) {
        reads.addAll(of(graph));
      } else if (attribute.value() instanceof List<?> list) {
        for (Object item : list) {
          if (item instanceof GraphProto graph) {
            reads.addAll(of(graph));
          }
        }
      }
    }
    return reads;
  }

  private FreeNames() {}
}
