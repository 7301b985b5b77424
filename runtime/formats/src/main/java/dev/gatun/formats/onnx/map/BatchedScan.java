package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.onnx.proto.GraphProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scan of opset 8: states and scanned inputs have a batch axis in front that the body does not see.
 * It becomes a scan over the batch whose body is the scan over time.
 */
final class BatchedScan {
  static List<Value> build(
      OnnxNode n, GraphProto body, GraphImporter.Captures captures, int scans) {
    if (n.has(0)) {
      throw n.unsupported("sequence lengths of Scan-8");
    }
    long[] directions = n.optionalIntegers("directions").orElse(new long[scans]);
    List<Value> args = new ArrayList<>(n.inputs().subList(1, n.count()));
    int states = args.size() - scans;
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      types.add(without(args.get(i), i < states ? 1 : 2));
    }
    Graph inner = n.importer().subgraph(body, n.scope(), types, captures);
    int outputs = inner.outputs().size() - states;
    Graph outer = outer(inner, args, captures, states, scans, directions, outputs);
    List<Value> all = new ArrayList<>(args);
    all.addAll(captures.list());
    // The states of the inner scan start anew for each batch entry, so the outer scan has none.
    return n.op(
        "scan",
        attrs(outer, 0, args.size(), states + outputs, new long[args.size()]),
        all.toArray(Value[]::new));
  }

  private static Graph outer(
      Graph inner,
      List<Value> args,
      GraphImporter.Captures captures,
      int states,
      int scans,
      long[] directions,
      int outputs) {
    GraphBuilder b = new GraphBuilder(inner.name() + " over the batch");
    List<Value> in = new ArrayList<>();
    for (Value arg : args) {
      in.add(b.input(arg.name(), without(arg, 1)));
    }
    for (Value capture : captures.list()) {
      in.add(b.input(capture.name(), capture.type()));
    }
    List<Value> results =
        b.add(
            Operators.named("scan"),
            attrs(inner, states, scans, outputs, directions),
            in,
            states + outputs,
            "");
    for (int i = 0; i < results.size(); i++) {
      b.output("y" + i, results.get(i));
    }
    return b.build();
  }

  private static Attrs attrs(Graph body, int states, int scans, int outputs, long[] directions) {
    return Attrs.of(
        "body",
        body,
        "stateCount",
        states,
        "scanCount",
        scans,
        "inputAxes",
        new long[scans],
        "inputDirections",
        directions,
        "outputAxes",
        new long[outputs],
        "outputDirections",
        new long[outputs]);
  }

  private static Type without(Value value, int axes) {
    Shape shape = value.tensorType().shape();
    if (!shape.isRanked()) {
      return value.type();
    }
    long[] sizes = shape.sizes();
    return Type.tensor(
        value.tensorType().dtype(), Shape.of(Arrays.copyOfRange(sizes, axes, sizes.length)));
  }

  private BatchedScan() {}
}
