package dev.gatun.core.graph;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a gradient rule sees of a node: its inputs and outputs, the gradients of a loss with respect
 * to the outputs, which of the inputs need one, and the builder to make them with.
 */
public final class Backward {
  /** Makes a tensor of zeros like a value. */
  public interface Zeros {
    Value like(GraphBuilder b, Value value);
  }

  private final GraphBuilder b;
  private final Node node;
  private final List<Value> upstream;
  private final Set<Integer> wanted;
  private final Zeros zeros;

  /** Upstream gradients are {@link Value#ABSENT} for outputs that the loss does not depend on. */
  public Backward(
      GraphBuilder b, Node node, List<Value> upstream, Set<Integer> wanted, Zeros zeros) {
    this.b = b;
    this.node = node;
    this.upstream = List.copyOf(upstream);
    this.wanted = Set.copyOf(wanted);
    this.zeros = zeros;
  }

  public GraphBuilder b() {
    return b;
  }

  public Node node() {
    return node;
  }

  public Attrs attrs() {
    return node.attrs();
  }

  /** Number of inputs. */
  public int count() {
    return node.inputs().size();
  }

  public boolean has(int i) {
    return node.has(i);
  }

  /** Input {@code i}. */
  public Value x(int i) {
    return node.input(i);
  }

  public DType dtype(int i) {
    return x(i).tensorType().dtype();
  }

  /** The first output. */
  public Value y() {
    return y(0);
  }

  /**
   * Output {@code i}; if the node does not have it, that of a node that does, which the compiler
   * merges with this one.
   */
  public Value y(int i) {
    return i < node.outputs().size()
        ? node.outputs().get(i)
        : b.add(node.op(), node.attrs(), node.inputs(), i + 1, "").get(i);
  }

  /** Whether the loss depends on output {@code i}. */
  public boolean hasDy(int i) {
    return i < upstream.size() && !upstream.get(i).isAbsent();
  }

  /** The gradient with respect to the first output. */
  public Value dy() {
    return dy(0);
  }

  /** The gradient with respect to output {@code i}; zeros if the loss does not depend on it. */
  public Value dy(int i) {
    return hasDy(i) ? upstream.get(i) : zeros.like(b, y(i));
  }

  /** All upstream gradients as they are, absent ones included. */
  public List<Value> upstream() {
    return upstream;
  }

  /** Whether anybody needs the gradient with respect to input {@code i}. */
  public boolean wants(int i) {
    return wanted.contains(i);
  }

  /** The value of a constant input; an error that says what for if it is known only later. */
  public Tensor constant(int i) {
    return x(i).constant()
        .orElseThrow(() -> error("has a gradient only if input %d is a constant", i));
  }

  /** An error that names the operator and the node. */
  public ShapeException error(String format, Object... args) {
    return new ShapeException(
        "op '"
            + node.op().name()
            + "' (node '"
            + node.name()
            + "'): "
            + String.format(Locale.ROOT, format, args));
  }
}
