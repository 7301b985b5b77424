package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.pass.Pass;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Groups pointwise operators, and the convolution or matrix product before them, into fused nodes.
 *
 * <p>A producer joins its consumer when nothing else reads it and both have the same shape, so the
 * group is one loop over one index space. Nodes of float32 and booleans only, which become vector
 * code, do not join with others, which become scalar code. A group has at most one anchor; of two
 * candidates the later one joins, since the other's result is there by then.
 */
public final class FusePointwise implements Pass {
  /** Keeps generated methods well below the size up to which the JIT compiles them. */
  private static final int MAX_NODES = 40;

  private static final Set<OpDef> ANCHORS =
      Set.of(Conv.OP, ConvTranspose.OP, Matmul.OP, NarrowMatmul.OP);

  private final boolean anchors;

  /**
   * The pass in one of its two forms.
   *
   * @param anchors whether groups may have an anchor (fuseEpilogues) or are pointwise only
   *     (fuseRegions)
   */
  public FusePointwise(boolean anchors) {
    this.anchors = anchors;
  }

  @Override
  public String name() {
    return anchors ? "fuseEpilogues" : "fuseRegions";
  }

  @Override
  public Graph apply(Graph graph) {
    Map<Node, Group> groups = new HashMap<>();
    Map<Value, Integer> uses = graph.uses();
    for (Node node : graph.nodes()) {
      if (isPointwise(node)) {
        join(node, groups, uses);
      } else if (anchors && isAnchor(node)) {
        groups.put(node, new Group(node, true));
      }
    }
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) -> {
          Group group = groups.get(node);
          return group == null
                  || group.root != node
                  || group.nodes.size() < 2
                  || group.anchored != anchors
              ? Optional.empty()
              : Optional.of(fuse(group, inputs, b));
        });
  }

  /** Nodes that will be one; the root's output is the group's. */
  private static final class Group {
    private Node root;
    private final Set<Node> nodes = new HashSet<>();
    private final boolean vectors;
    private boolean anchored;

    Group(Node root, boolean anchored) {
      this.root = root;
      // Anchors give float32, whatever their weights are.
      this.vectors = anchored || isForVectors(root);
      this.anchored = anchored;
      nodes.add(root);
    }
  }

  private static void join(Node node, Map<Node, Group> groups, Map<Value, Integer> uses) {
    Group group = new Group(node, false);
    groups.put(node, group);
    // The last input's producer is usually the latest, and of two anchors the later one must win.
    for (Value input : node.inputs().reversed()) {
      Group other = input.producer().map(groups::get).orElse(null);
      if (other == null
          || other == group
          || other.root != input.producer().orElseThrow()
          || readsElsewhere(input, node, uses)
          || !input.tensorType().shape().equals(node.output().tensorType().shape())
          || other.anchored && group.anchored
          || other.vectors != group.vectors
          || other.nodes.size() + group.nodes.size() > MAX_NODES) {
        continue;
      }
      group.nodes.addAll(other.nodes);
      group.anchored |= other.anchored;
      for (Node member : other.nodes) {
        groups.put(member, group);
      }
    }
    group.root = node;
  }

  private static boolean readsElsewhere(Value value, Node reader, Map<Value, Integer> uses) {
    int here = 0;
    for (Value input : reader.inputs()) {
      if (input == value) {
        here++;
      }
    }
    return uses.getOrDefault(value, 0) != here;
  }

  private static List<Value> fuse(Group group, List<Value> inputs, GraphBuilder b) {
    GraphBuilder body = new GraphBuilder("fused");
    Map<Value, Value> outside = new LinkedHashMap<>();
    Value result = add(group, group.root, inputs, body, outside, new HashMap<>());
    body.output("y", result);
    return b.add(
        Fused.OP,
        Attrs.of("body", body.build()),
        List.copyOf(outside.keySet()),
        1,
        group.root.name(),
        List.of(group.root.output().name()));
  }

  /**
   * Adds an old node of the group to the body.
   *
   * @param inputs the node's inputs in the new graph, where the group's other nodes stand, too,
   *     until they are dropped for want of readers
   * @param outside the new graph's values that the body reads, with its inputs for them
   */
  private static Value add(
      Group group,
      Node node,
      List<Value> inputs,
      GraphBuilder body,
      Map<Value, Value> outside,
      Map<Node, Value> done) {
    Value known = done.get(node);
    if (known != null) {
      return known;
    }
    List<Value> args = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Value input = inputs.get(i);
      Optional<Node> producer = node.input(i).producer().filter(group.nodes::contains);
      if (input.isAbsent()) {
        args.add(input);
      } else if (producer.isPresent() && input.producer().isPresent()) {
        args.add(add(group, producer.get(), input.producer().get().inputs(), body, outside, done));
      } else if (node.op().pointwise().isPresent() && isScalarConstant(input)) {
        args.add(body.constant(input.name(), input.constantDatum().orElseThrow()));
      } else {
        args.add(outside.computeIfAbsent(input, v -> body.input(v.name(), v.type())));
      }
    }
    Value result = Rewriter.copy(node, args, body).get(0);
    done.put(node, result);
    return result;
  }

  private static boolean isScalarConstant(Value value) {
    return value.constant().filter(t -> t.elements() == 1).isPresent();
  }

  private static boolean isPointwise(Node node) {
    return node.op().pointwise().isPresent()
        && isFixedTensor(node.output())
        && node.inputs().stream().allMatch(FusePointwise::isFixedTensor);
  }

  private static boolean isAnchor(Node node) {
    return ANCHORS.contains(node.op())
        && node.outputs().size() == 1
        && node.output().type() instanceof Type.OfTensor type
        && type.dtype() == DType.F32
        && type.shape().isFixed()
        && hasRows(node);
  }

  /** An epilogue works on rows of the last axis: of a matrix, or of channels-last pixels. */
  private static boolean hasRows(Node node) {
    return node.op() == Matmul.OP || node.op() == NarrowMatmul.OP
        ? node.input(0).tensorType().shape().rank() >= 2
            && node.input(1).tensorType().shape().rank() >= 2
        : node.attrs().text("layout").equals("NHWC");
  }

  private static boolean isFixedTensor(Value value) {
    return value.type() instanceof Type.OfTensor type
        && type.shape().isFixed()
        && type.dtype() != DType.STRING;
  }

  /** Whether a pointwise node, fused or not, is of types that vector code handles. */
  public static boolean isForVectors(Node node) {
    if (node.op() == Fused.OP) {
      return Fused.body(node).nodes().stream().allMatch(FusePointwise::isForVectors);
    }
    return isForVectors(node.output())
        && node.inputs().stream().allMatch(FusePointwise::isForVectors);
  }

  private static boolean isForVectors(Value value) {
    return value.isAbsent()
        || value.type() instanceof Type.OfTensor type
            && (type.dtype() == DType.F32 || type.dtype() == DType.BOOL);
  }
}
