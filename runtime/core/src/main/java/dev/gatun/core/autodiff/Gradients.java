package dev.gatun.core.autodiff;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Segment;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.If;
import dev.gatun.core.op.StopGradient;
import dev.gatun.core.op.StraightThrough;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Type;
import dev.gatun.core.tensor.UnsupportedOpException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reverse-mode differentiation on the graph: walks backwards from the outputs and adds the nodes
 * that compute gradients, with the same builder, so that gradients can be differentiated again.
 *
 * <p>A node's rule is that of its operator; without one it follows from the expression of a
 * pointwise operator, or from what a composite consists of. Integer and boolean values carry no
 * gradient: paths through them end there.
 */
public final class Gradients {
  private final GraphBuilder b;
  private final Set<Value> ends;

  private Gradients(GraphBuilder b, List<Value> wrt) {
    this.b = b;
    this.ends = Set.copyOf(wrt);
  }

  /**
   * The gradients of a loss, a single number, with respect to values of the same graph; zeros for
   * those it does not depend on.
   */
  public static List<Value> of(GraphBuilder b, Value loss, List<Value> wrt) {
    Type.OfTensor type = loss.tensorType();
    if (!type.dtype().isFloat() || !type.isFixed() || type.shape().elements() != 1) {
      throw new ShapeException(
          "the loss '"
              + loss.name()
              + "' must be one floating number, got "
              + type
              + "; reduce it, or give the gradients of its elements");
    }
    return of(b, List.of(loss), List.of(Expand.filled(b, 1, loss)), wrt);
  }

  /**
   * The gradients of the sum over all outputs of output * upstream.
   *
   * @param upstream one an output, of its type; {@link Value#ABSENT} for zeros
   */
  public static List<Value> of(
      GraphBuilder b, List<Value> outputs, List<Value> upstream, List<Value> wrt) {
    if (outputs.size() != upstream.size()) {
      throw new ShapeException(
          outputs.size() + " outputs need as many upstream gradients, got " + upstream.size());
    }
    for (int i = 0; i < outputs.size(); i++) {
      if (!upstream.get(i).isAbsent()) {
        check(outputs.get(i), upstream.get(i), "the upstream gradient");
      }
    }
    for (Value value : wrt) {
      if (!value.tensorType().dtype().isFloat()) {
        throw new ShapeException(
            "'" + value.name() + "' is " + value.type() + ", which has no gradient");
      }
    }
    int around = b.segment();
    b.segment(Segment.BACKWARD);
    Map<Value, Value> found =
        new Gradients(b, List.of()).run(outputs, upstream, wrt.stream().distinct().toList());
    List<Value> result = new ArrayList<>();
    for (Value value : wrt) {
      Value gradient = found.get(value);
      result.add(gradient == null ? Expand.filled(b, 0, value) : gradient);
    }
    b.segment(around);
    return result;
  }

  /** The value, which no gradient flows through. */
  public static Value stop(GraphBuilder b, Value value) {
    return b.add(StopGradient.OP, value);
  }

  /**
   * The value of {@code y} whose gradient goes to {@code x} as it is: a straight-through estimator
   * (Bengio and others 2013) of a step that has no useful gradient of its own.
   */
  public static Value straightThrough(GraphBuilder b, Value x, Value y) {
    return b.add(StraightThrough.OP, x, y);
  }

  /** Gradients of those values of {@code wrt} that the outputs depend on. */
  private Map<Value, Value> run(List<Value> outputs, List<Value> upstream, List<Value> wrt) {
    List<Node> order = order(outputs);
    Map<Value, Value> origin = origins(order, wrt);
    Contributions gradients = new Contributions(b);
    for (int i = 0; i < outputs.size(); i++) {
      if (origin.containsKey(outputs.get(i)) && !upstream.get(i).isAbsent()) {
        gradients.add(outputs.get(i), upstream.get(i));
      }
    }
    for (Node node : order.reversed()) {
      List<Value> dy = new ArrayList<>();
      boolean any = false;
      for (Value output : node.outputs()) {
        Value gradient = gradients.total(output);
        any |= !gradient.isAbsent();
        dy.add(gradient);
      }
      if (any) {
        flow(node, dy, origin, gradients);
      }
    }
    Map<Value, Value> found = new HashMap<>();
    for (Value value : wrt) {
      Value gradient = gradients.total(value);
      if (!gradient.isAbsent()) {
        found.put(value, gradient);
      }
    }
    return found;
  }

  /** The nodes that the outputs need, each after those it needs. */
  private List<Node> order(List<Value> outputs) {
    List<Node> order = new ArrayList<>();
    Set<Node> done = new HashSet<>();
    List<Node> stack = new ArrayList<>();
    for (Value output : outputs) {
      push(output, done, stack);
      while (!stack.isEmpty()) {
        Node top = stack.get(stack.size() - 1);
        int before = stack.size();
        if (!done.contains(top)) {
          for (Value input : top.inputs()) {
            push(input, done, stack);
          }
        }
        if (stack.size() == before) {
          stack.remove(before - 1);
          if (done.add(top)) {
            order.add(top);
          }
        }
      }
    }
    return order;
  }

  private void push(Value value, Set<Node> done, List<Node> stack) {
    Node producer = value.producer().orElse(null);
    if (producer != null && !done.contains(producer) && !ends.contains(value)) {
      stack.add(producer);
    }
  }

  /** For each value that a gradient flows to, one of {@code wrt} that it comes from. */
  private static Map<Value, Value> origins(List<Node> order, List<Value> wrt) {
    Map<Value, Value> origin = new HashMap<>();
    wrt.forEach(value -> origin.put(value, value));
    for (Node node : order) {
      for (Value input : node.inputs()) {
        Value from = origin.get(input);
        if (from != null) {
          for (Value output : node.outputs()) {
            if (!(output.type() instanceof Type.OfTensor tensor) || tensor.dtype().isFloat()) {
              origin.putIfAbsent(output, from);
            }
          }
          break;
        }
      }
    }
    return origin;
  }

  private void flow(Node node, List<Value> dy, Map<Value, Value> origin, Contributions gradients) {
    Set<Integer> wanted = new HashSet<>();
    Value from = null;
    for (int i = 0; i < node.inputs().size(); i++) {
      Value known = origin.get(node.input(i));
      if (known != null) {
        wanted.add(i);
        from = known;
      }
    }
    if (from == null) {
      return;
    }
    Backward g =
        new Backward(b, node, dy, wanted, (builder, like) -> Expand.filled(builder, 0, like));
    List<Value> dx = gradients(g, from);
    for (int i = 0; i < dx.size(); i++) {
      if (wanted.contains(i) && !dx.get(i).isAbsent()) {
        check(node.input(i), dx.get(i), "op '" + node.op().name() + "': the gradient");
        gradients.add(node.input(i), dx.get(i));
      }
    }
  }

  private List<Value> gradients(Backward g, Value from) {
    OpDef op = g.node().op();
    OpDef.Gradient own = op.gradient(g).orElse(null);
    if (own != null) {
      return own.of(g);
    }
    if (op == If.OP) {
      return BranchGradient.of(g);
    }
    if (op.pointwise().isPresent()) {
      return PointwiseGradient.of(g);
    }
    if (op.differentiable().isPresent()) {
      return decomposed(g, op.differentiable().get());
    }
    throw new UnsupportedOpException(
        "no gradient for op '"
            + op.name()
            + "' (node '"
            + g.node().name()
            + "'), needed by parameter '"
            + from.name()
            + "'");
  }

  /** The gradient of what a composite consists of. */
  private List<Value> decomposed(Backward g, OpDef.Decomposition parts) {
    Node node = g.node();
    List<Value> outputs =
        parts.build(b, new Operands(node.op(), node.attrs(), node.inputs(), node.outputs().size()));
    List<Value> wrt = new ArrayList<>();
    for (int i = 0; i < g.count(); i++) {
      if (g.wants(i) && !wrt.contains(g.x(i))) {
        wrt.add(g.x(i));
      }
    }
    List<Value> inputs = node.inputs().stream().filter(v -> !v.isAbsent()).distinct().toList();
    Map<Value, Value> found =
        new Gradients(b, inputs).run(outputs.subList(0, node.outputs().size()), g.upstream(), wrt);
    List<Value> dx = new ArrayList<>();
    for (int i = 0; i < g.count(); i++) {
      // An input that stands in two places has its whole gradient at the first.
      boolean first = node.inputs().indexOf(g.x(i)) == i;
      dx.add(first ? found.getOrDefault(g.x(i), Value.ABSENT) : Value.ABSENT);
    }
    return dx;
  }

  private static void check(Value value, Value gradient, String what) {
    Type.OfTensor type = value.tensorType();
    Type.OfTensor given = gradient.tensorType();
    if (type.dtype() != given.dtype() || !agree(type.shape(), given.shape())) {
      throw new ShapeException(
          what + " of '" + value.name() + "' must be " + type + ", got " + given);
    }
  }

  private static boolean agree(Shape a, Shape b) {
    if (!a.isRanked() || !b.isRanked()) {
      return true;
    }
    boolean agree = a.rank() == b.rank();
    for (int i = 0; agree && i < a.rank(); i++) {
      agree = a.size(i) < 0 || b.size(i) < 0 || a.size(i) == b.size(i);
    }
    return agree;
  }
}
