package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Split;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Makes one product of the projections of an attention that multiply the same value with constant
 * weights (queries, keys and values of self-attention; keys and values of cross-attention). The
 * attention reads the parts of the result in place.
 */
public final class MergeProjections implements Pass {
  private final Predicate<Node> hasKernel;

  /** Merges what attention nodes read that a kernel takes whole. */
  public MergeProjections(Predicate<Node> hasKernel) {
    this.hasKernel = hasKernel;
  }

  @Override
  public String name() {
    return "mergeProjections";
  }

  /**
   * x W + bias.
   *
   * @param root the node of the sum, or of the product without a bias
   */
  private record Projection(Node root, Node product, Optional<Tensor> bias) {
    Value left() {
      return product.input(0);
    }

    Tensor weight() {
      return product.input(1).constant().orElseThrow();
    }

    boolean turned() {
      return product.attrs().flag("transposeB");
    }

    long columns() {
      return weight().shape().size(turned() ? 0 : 1);
    }
  }

  @Override
  public Graph apply(Graph graph) {
    Map<Value, Integer> uses = graph.uses();
    Map<Node, List<Projection>> groups = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() == Attention.OP && hasKernel.test(node)) {
        Map<Value, List<Projection>> byLeft = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
          projection(node.input(i), uses)
              .ifPresent(p -> byLeft.computeIfAbsent(p.left(), left -> new ArrayList<>()).add(p));
        }
        for (List<Projection> group : byLeft.values()) {
          Projection first = group.get(0);
          group.removeIf(p -> p.turned() != first.turned());
          if (group.stream().map(Projection::root).distinct().count() > 1) {
            group.forEach(p -> groups.put(p.root(), group));
          }
        }
      }
    }
    if (groups.isEmpty()) {
      return graph;
    }
    Map<Node, Value> done = new HashMap<>();
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) -> {
          List<Projection> group = groups.get(node);
          if (group == null) {
            return Optional.empty();
          }
          if (!done.containsKey(node)) {
            merge(node, group, inputs, b, done);
          }
          return Optional.of(List.of(done.get(node)));
        });
  }

  private static Optional<Projection> projection(Value value, Map<Value, Integer> uses) {
    Value at = value;
    while (uses.getOrDefault(at, 0) == 1
        && at.producer().filter(p -> p.op() == Reshape.OP || p.op() == Transpose.OP).isPresent()) {
      at = at.producer().orElseThrow().input(0);
    }
    Node root = at.producer().orElse(null);
    if (root == null || uses.getOrDefault(at, 0) != 1) {
      return Optional.empty();
    }
    if (root.op() == Matmul.OP) {
      return fits(root)
          ? Optional.of(new Projection(root, root, Optional.empty()))
          : Optional.empty();
    }
    for (int i = 0; root.op() == Add.OP && i < 2; i++) {
      Optional<Tensor> bias = root.input(1 - i).constant();
      Value product = root.input(i);
      Optional<Node> matmul = product.producer().filter(p -> p.op() == Matmul.OP && fits(p));
      if (matmul.isPresent()
          && bias.isPresent()
          && uses.getOrDefault(product, 0) == 1
          && product.type().equals(root.output().type())
          && bias.get().elements() == product.tensorType().shape().size(-1)
          && bias.get().shape().size(-1) == bias.get().elements()) {
        return Optional.of(new Projection(root, matmul.get(), bias));
      }
    }
    return Optional.empty();
  }

  private static boolean fits(Node matmul) {
    return !matmul.attrs().flag("transposeA")
        && matmul
            .input(1)
            .constant()
            .filter(w -> w.shape().rank() == 2 && w.dtype() == DType.F32)
            .isPresent()
        && matmul.input(0).tensorType().shape().rank() >= 2;
  }

  private static void merge(
      Node node,
      List<Projection> group,
      List<Value> inputs,
      GraphBuilder b,
      Map<Node, Value> done) {
    Projection first = group.stream().filter(p -> p.root() == node).findFirst().orElseThrow();
    Value left =
        first.root() == first.product()
            ? inputs.get(0)
            : inputs
                .get(first.root().input(0) == first.product().output() ? 0 : 1)
                .producer()
                .orElseThrow()
                .input(0);
    String name = first.product().name();
    Value weight =
        b.constant(
            name + ".weights",
            new SideBySide(group.stream().map(Projection::weight).toList(), first.turned())
                .tensor());
    Value y = b.add(Matmul.OP, first.product().attrs(), List.of(left, weight), 1, name).get(0);
    if (group.stream().anyMatch(p -> p.bias().isPresent())) {
      y = b.add(Add.OP, y, b.constant(name + ".biases", biases(group)));
    }
    long[] columns = group.stream().mapToLong(Projection::columns).toArray();
    List<Value> parts =
        b.add(
            Split.OP,
            Attrs.of("axis", -1),
            List.of(y, b.constant(Tensor.vector(columns))),
            columns.length,
            "");
    for (int i = 0; i < columns.length; i++) {
      done.put(group.get(i).root(), parts.get(i));
    }
  }

  /** The biases one after the other, zeros where there is none. */
  private static Tensor biases(List<Projection> group) {
    long total = group.stream().mapToLong(Projection::columns).sum();
    float[] all = new float[Math.toIntExact(total)];
    int at = 0;
    for (Projection p : group) {
      if (p.bias().isPresent()) {
        float[] bias = p.bias().get().toFloats();
        System.arraycopy(bias, 0, all, at, bias.length);
      }
      at += (int) p.columns();
    }
    return Tensor.of(all, total);
  }
}
