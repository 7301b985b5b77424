package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Lets attention read queries, keys and values where the projections left them and write its result
 * where the next one wants it: transposes, reshapes, slices and splits around it become part of a
 * fused node and then strides.
 */
public final class FuseAttention implements Pass {
  private final Predicate<Node> hasKernel;

  /** Fuses attention nodes that a kernel takes whole. */
  public FuseAttention(Predicate<Node> hasKernel) {
    this.hasKernel = hasKernel;
  }

  @Override
  public String name() {
    return "fuseAttention";
  }

  @Override
  public Graph apply(Graph graph) {
    Map<Value, Integer> uses = graph.uses();
    Map<Value, Node> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().forEach(input -> readers.put(input, node));
    }
    // From the last node of each group to the number of nodes between the attention and its end.
    Map<Node, Integer> ends = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() == Attention.OP && hasKernel.test(node)) {
        List<Node> after = after(node, uses, readers);
        Node end = after.isEmpty() ? node : after.get(after.size() - 1);
        boolean moves = !after.isEmpty();
        for (int i = 0; i < 3; i++) {
          moves |= StridedView.of(node.input(i)).source() != node.input(i);
        }
        if (moves) {
          ends.put(end, after.size());
        }
      }
    }
    return ends.isEmpty()
        ? graph
        : Rewriter.rewrite(
            graph,
            (node, inputs, b) -> {
              Integer steps = ends.get(node);
              return steps == null ? Optional.empty() : Optional.of(fuse(node, inputs, steps, b));
            });
  }

  /** The transposes and reshapes that alone read the result and that it can be written through. */
  private static List<Node> after(
      Node attention, Map<Value, Integer> uses, Map<Value, Node> readers) {
    List<Node> chain = new ArrayList<>();
    List<Node> best = List.of();
    Value at = attention.output();
    while (uses.getOrDefault(at, 0) == 1) {
      Node reader = readers.get(at);
      if (reader == null || reader.op() != Transpose.OP && reader.op() != Reshape.OP) {
        break;
      }
      chain.add(reader);
      at = reader.output();
      if (destination(chain).isPresent()) {
        best = List.copyOf(chain);
      }
    }
    return best;
  }

  /**
   * Where the elements of what a chain of transposes and reshapes begins with lie in the memory of
   * what it ends with.
   */
  public static Optional<StridedView> destination(List<Node> chain) {
    StridedView view = StridedView.contiguous(chain.get(chain.size() - 1).output());
    for (Node node : chain.reversed()) {
      if (node.op() == Transpose.OP) {
        view = view.untransposed(node.attrs().ints("perm"));
      } else {
        Optional<StridedView> before = view.reshaped(node.input(0).tensorType().shape().sizes());
        if (before.isEmpty()) {
          return Optional.empty();
        }
        view = before.get();
      }
    }
    return view.hasRows() ? Optional.of(view) : Optional.empty();
  }

  private static List<Value> fuse(Node end, List<Value> inputs, int steps, GraphBuilder b) {
    List<Value> args = inputs;
    for (int i = 0; i < steps; i++) {
      args = args.get(0).producer().orElseThrow().inputs();
    }
    Body body = new Body();
    for (int i = 0; i < args.size(); i++) {
      if (!args.get(i).isAbsent()) {
        body.source(i < 3 ? StridedView.of(args.get(i)).source() : args.get(i));
      }
    }
    List<Value> copies = new ArrayList<>();
    for (Value input : inputs) {
      copies.add(body.copy(input));
    }
    body.builder.output("y", Rewriter.copy(end, copies, body.builder).get(0));
    return b.add(
        Fused.OP,
        Attrs.of("body", body.builder.build()),
        List.copyOf(body.sources.keySet()),
        1,
        end.name(),
        List.of(end.output().name()));
  }

  /** The fused node's graph while it is being built. */
  private static final class Body {
    private final GraphBuilder builder = new GraphBuilder("fused");
    private final Map<Value, Value> sources = new LinkedHashMap<>();
    private final Map<Node, List<Value>> done = new HashMap<>();

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
  }
}
