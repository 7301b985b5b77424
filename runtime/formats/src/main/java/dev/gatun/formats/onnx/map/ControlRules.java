package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.onnx.proto.GraphProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Control flow: what a subgraph reads from outside becomes an input of the node. */
final class ControlRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("If", ControlRules::branch),
          entry("Loop", ControlRules::loop),
          entry("Scan", ControlRules::scan),
          entry("SequenceMap", ControlRules::sequenceMap));

  // A state whose shape changes from step to step is widened; each try widens at least one size.
  private static final int MAX_TRIES = 8;

  private static List<Value> branch(OnnxNode n) {
    GraphProto then = n.graph("then_branch");
    GraphProto otherwise = n.graph("else_branch");
    Optional<Boolean> known = n.in(0).constant().map(t -> t.getBoolean(0));
    if (known.isPresent()) {
      return n.importer().inline(known.get() ? then : otherwise, n.scope());
    }
    GraphImporter.Captures captures = GraphImporter.captures(n.scope(), then, otherwise);
    Attrs attrs =
        Attrs.of(
            "then",
            n.importer().subgraph(then, n.scope(), List.of(), captures),
            "else",
            n.importer().subgraph(otherwise, n.scope(), List.of(), captures));
    List<Value> args = new ArrayList<>();
    args.add(n.in(0));
    args.addAll(captures.list());
    return n.op("if", attrs, args.toArray(Value[]::new));
  }

  private static List<Value> loop(OnnxNode n) {
    GraphProto body = n.graph("body");
    GraphImporter.Captures captures = GraphImporter.captures(n.scope(), body);
    int states = Math.max(0, n.count() - 2);
    List<Type> types = new ArrayList<>();
    types.add(Type.tensor(DType.I64));
    types.add(Type.tensor(DType.BOOL));
    for (int i = 0; i < states; i++) {
      types.add(n.in(i + 2).type());
    }
    Graph graph = stable(n, body, types, captures, 2, 1, states);
    List<Value> args = new ArrayList<>();
    args.add(n.optional(0));
    args.add(n.optional(1));
    for (int i = 0; i < states; i++) {
      args.add(n.in(i + 2));
    }
    args.addAll(captures.list());
    List<Value> results =
        new ArrayList<>(
            n.op(
                "loop", Attrs.of("body", graph, "stateCount", states), args.toArray(Value[]::new)));
    for (int i = 0; i < Math.min(states, results.size()); i++) {
      // A state may go in as an optional and come out as a plain value.
      boolean plain =
          GraphImporter.declared(body.outputs().get(1 + i)) instanceof Type declared
              && !(declared instanceof Type.OfOptional);
      if (plain && results.get(i).type() instanceof Type.OfOptional) {
        results.set(i, n.add("optionalGetElement", results.get(i)));
      }
    }
    return results;
  }

  /**
   * Imports a body whose states come out as they go in: inputs from {@code firstIn} and outputs
   * from {@code firstOut} on.
   */
  private static Graph stable(
      OnnxNode n,
      GraphProto body,
      List<Type> types,
      GraphImporter.Captures captures,
      int firstIn,
      int firstOut,
      int states) {
    for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
      Map<Integer, Type> wanted = new HashMap<>();
      for (int i = 0; i < states; i++) {
        wanted.put(firstOut + i, types.get(firstIn + i));
      }
      Graph graph = n.importer().subgraph(body, n.scope(), types, captures, wanted);
      if (graph.outputs().size() < firstOut + states) {
        throw n.error(
            "its body has %d outputs, needs at least %d",
            graph.outputs().size(), firstOut + states);
      }
      boolean changed = false;
      for (int i = 0; i < states; i++) {
        Type before = types.get(firstIn + i);
        Type wider = Type.join(before, graph.outputs().get(firstOut + i).type());
        changed |= !wider.equals(before);
        types.set(firstIn + i, wider);
      }
      if (!changed) {
        return graph;
      }
    }
    throw n.unsupported("the types of the loop's states do not settle");
  }

  private static List<Value> scan(OnnxNode n) {
    GraphProto body = n.graph("body");
    GraphImporter.Captures captures = GraphImporter.captures(n.scope(), body);
    int scans = Math.toIntExact(n.integer("num_scan_inputs"));
    if (n.version() < 9) {
      return BatchedScan.build(n, body, captures, scans);
    }
    int states = n.count() - scans;
    if (scans < 1 || states < 0) {
      throw n.error("num_scan_inputs is %d of %d inputs", scans, n.count());
    }
    int outputs = n.outputs() - states;
    long[] inputAxes = list(n, "scan_input_axes", scans);
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < n.count(); i++) {
      types.add(i < states ? n.in(i).type() : slice(n, n.in(i), inputAxes[i - states]));
    }
    Graph graph = stable(n, body, types, captures, 0, 0, states);
    Attrs attrs =
        Attrs.of(
            "body",
            graph,
            "stateCount",
            states,
            "scanCount",
            scans,
            "inputAxes",
            inputAxes,
            "inputDirections",
            list(n, "scan_input_directions", scans),
            "outputAxes",
            list(n, "scan_output_axes", outputs),
            "outputDirections",
            list(n, "scan_output_directions", outputs));
    List<Value> args = new ArrayList<>(n.inputs());
    args.addAll(captures.list());
    return n.op("scan", attrs, args.toArray(Value[]::new));
  }

  private static long[] list(OnnxNode n, String name, int length) {
    long[] values = n.optionalIntegers(name).orElse(new long[length]);
    if (values.length != length) {
      throw n.error("%s has %d numbers, needs %d", name, values.length, length);
    }
    return values;
  }

  private static Type slice(OnnxNode n, Value value, long axis) {
    Shape shape = value.tensorType().shape();
    if (!shape.isRanked()) {
      return Type.tensor(value.tensorType().dtype(), Shape.UNRANKED);
    }
    int at = shape.axis("scan", axis);
    if (shape.rank() == 0) {
      throw n.error("cannot scan over a single number");
    }
    long[] sizes = shape.sizes();
    long[] rest = Arrays.copyOf(sizes, sizes.length - 1);
    System.arraycopy(sizes, at + 1, rest, at, rest.length - at);
    return Type.tensor(value.tensorType().dtype(), Shape.of(rest));
  }

  private static List<Value> sequenceMap(OnnxNode n) {
    GraphProto body = n.graph("body");
    GraphImporter.Captures captures = GraphImporter.captures(n.scope(), body);
    List<Type> types = new ArrayList<>();
    int sequences = 0;
    for (int i = 0; i < n.count(); i++) {
      Type type = n.in(i).type();
      // The first input is a sequence; of the others, those that are go through in step with it.
      if (type instanceof Type.OfSequence(Type element)) {
        types.add(element);
        sequences++;
      } else {
        types.add(type);
      }
    }
    Graph graph = n.importer().subgraph(body, n.scope(), types, captures);
    List<Value> args = new ArrayList<>(n.inputs());
    args.addAll(captures.list());
    return n.op(
        "sequenceMap", Attrs.of("body", graph, "sequences", sequences), args.toArray(Value[]::new));
  }

  private ControlRules() {}
}
