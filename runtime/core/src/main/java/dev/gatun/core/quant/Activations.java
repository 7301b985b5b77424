package dev.gatun.core.quant;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Clip;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.Identity;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Squeeze;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Which activations become integers: what products with constant weights take, and what they give
 * once a bias is added and relu or clip has cut it, as engines compute all of that in one.
 */
final class Activations {
  private static final Set<OpDef> TAIL = Set.of(Relu.OP, Clip.OP);

  /** What only moves elements: its result has the integers of what it takes. */
  private static final Set<OpDef> MOVES =
      Set.of(
          MaxPool.OP, Reshape.OP, Flatten.OP, Transpose.OP, Squeeze.OP, Unsqueeze.OP, Identity.OP);

  private final Graph graph;
  private final Set<Value> taken = new LinkedHashSet<>();
  private final Set<Value> results = new LinkedHashSet<>();

  private Activations(Graph graph) {
    this.graph = graph;
  }

  static Activations of(Graph graph) {
    Activations found = new Activations(graph);
    Map<Value, List<Node>> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().forEach(v -> readers.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
    }
    for (Node node : graph.nodes()) {
      if (IntegerWeights.isProduct(node)) {
        found.taken.add(node.input(0));
        Value end = found.end(node.output(), readers);
        if (!graph.outputs().contains(end)) {
          found.results.add(end);
        }
      }
    }
    return found;
  }

  /** Behind the bias and what cuts the result. */
  private Value end(Value result, Map<Value, List<Node>> readers) {
    Value end = result;
    while (true) {
      List<Node> next = readers.getOrDefault(end, List.of());
      if (next.size() != 1 || graph.outputs().contains(end)) {
        return end;
      }
      Node reader = next.get(0);
      Value other =
          reader.input(0).equals(end) ? reader.input(reader.inputs().size() - 1) : reader.input(0);
      boolean bias = reader.op() == Add.OP && other.constant().isPresent();
      if (!bias && !TAIL.contains(reader.op())) {
        return end;
      }
      end = reader.output();
    }
  }

  /** Values that are integers for all that read them. */
  Set<Value> results() {
    return results;
  }

  /** Runs the network on samples and looks at the values. */
  Map<Value, Activation> calibrate(
      Model model, Iterable<? extends Map<String, ? extends Datum>> samples, Range range) {
    Set<Value> all = new LinkedHashSet<>(taken);
    all.addAll(results);
    List<Value> values = List.copyOf(all);
    List<String> names = new ArrayList<>();
    List<Histogram> histograms = new ArrayList<>();
    for (Value value : values) {
      if (value.tensorType().dtype() != DType.F32) {
        throw new GatunException("quantization: '" + value.name() + "' is no float32 value");
      }
      names.add("value" + names.size());
      histograms.add(new Histogram(value.name()));
    }
    Graph watched = new Graph(graph.name(), graph.inputs(), graph.nodes(), values, names);
    try (Session session = new Model(watched, model.defaults(), model.metadata()).compile()) {
      each(session, samples, histograms, Histogram::see);
      if (range.tail() > 0) {
        each(session, samples, histograms, Histogram::count);
      }
    }
    Map<Value, Activation> known = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      known.put(values.get(i), histograms.get(i).activation(range));
    }
    // In order of the graph, so that what is moved twice has the first one's integers, too.
    for (Node node : graph.nodes()) {
      if (MOVES.contains(node.op()) && known.containsKey(node.output())) {
        moved(node, known).ifPresent(a -> known.put(node.output(), a));
      }
    }
    return known;
  }

  /** Integers of what a value was before it was only moved. */
  private static Optional<Activation> moved(Node node, Map<Value, Activation> known) {
    Value from = node.input(0);
    while (!known.containsKey(from)) {
      Node before = from.producer().filter(p -> MOVES.contains(p.op())).orElse(null);
      if (before == null) {
        return Optional.empty();
      }
      from = before.input(0);
    }
    return Optional.ofNullable(known.get(from));
  }

  private static void each(
      Session session,
      Iterable<? extends Map<String, ? extends Datum>> samples,
      List<Histogram> histograms,
      BiConsumer<Histogram, Tensor> look) {
    boolean any = false;
    for (Map<String, ? extends Datum> sample : samples) {
      try (Outputs outputs = session.run(sample)) {
        for (int i = 0; i < histograms.size(); i++) {
          look.accept(histograms.get(i), outputs.get("value" + i));
        }
      }
      any = true;
    }
    if (!any) {
      throw new GatunException("calibration: there is no sample");
    }
  }
}
