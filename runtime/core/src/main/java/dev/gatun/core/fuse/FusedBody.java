package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Rewriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The graph of a fused node while it is being built. */
final class FusedBody {
  private final GraphBuilder builder = new GraphBuilder("fused");
  private final Map<Value, Value> sources = new LinkedHashMap<>();
  private final Map<Node, List<Value>> done = new HashMap<>();

  GraphBuilder builder() {
    return builder;
  }

  /** Makes a value of the graph around an input. */
  void source(Value value) {
    sources.computeIfAbsent(value, v -> builder.input(v.name(), v.type()));
  }

  /** A value of the graph around in this graph, with all that leads to it from the sources. */
  Value copy(Value value) {
    Value source = sources.get(value);
    if (source != null || value.isAbsent()) {
      return source == null ? value : source;
    }
    if (value.constantDatum().isPresent()) {
      return builder.constant(value.name(), value.constantDatum().get());
    }
    Node node = value.producer().orElseThrow();
    List<Value> results = done.get(node);
    if (results == null) {
      List<Value> args = new ArrayList<>();
      node.inputs().forEach(input -> args.add(copy(input)));
      results = Rewriter.copy(node, args, builder);
      done.put(node, results);
    }
    return results.get(value.index());
  }

  /** Adds the fused node with these results to the graph around. */
  List<Value> add(GraphBuilder b, List<Value> results, String name, List<String> names) {
    for (int i = 0; i < results.size(); i++) {
      builder.output("y" + i, results.get(i));
    }
    Attrs attrs = Attrs.of("body", builder.build());
    return b.add(Fused.OP, attrs, List.copyOf(sources.keySet()), results.size(), name, names);
  }
}
