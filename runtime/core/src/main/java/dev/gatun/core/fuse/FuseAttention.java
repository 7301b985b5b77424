package dev.gatun.core.fuse;

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
    Map<Value, Node> readers = readers(graph);
    // From the last node of each group to the number of nodes between the attention and its end.
    Map<Node, Integer> ends = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() == Attention.OP && hasKernel.test(node)) {
        List<Node> after = after(node.output(), uses, readers);
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

  /** One node that reads each value: the only one of a value that is used once. */
  static Map<Value, Node> readers(Graph graph) {
    Map<Value, Node> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().forEach(input -> readers.put(input, node));
    }
    return readers;
  }

  /** The transposes and reshapes that alone read the result and that it can be written through. */
  static List<Node> after(Value result, Map<Value, Integer> uses, Map<Value, Node> readers) {
    List<Node> chain = new ArrayList<>();
    List<Node> best = List.of();
    Value at = result;
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
    FusedBody body = new FusedBody();
    for (int i = 0; i < args.size(); i++) {
      if (!args.get(i).isAbsent()) {
        body.source(i < 3 ? StridedView.of(args.get(i)).source() : args.get(i));
      }
    }
    List<Value> copies = new ArrayList<>();
    for (Value input : inputs) {
      copies.add(body.copy(input));
    }
    List<Value> results = List.of(Rewriter.copy(end, copies, body.builder()).get(0));
    return body.add(b, results, end.name(), List.of(end.output().name()));
  }
}
