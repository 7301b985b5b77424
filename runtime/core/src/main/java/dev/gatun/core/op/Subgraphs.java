package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What operators that hold graphs share: types of a graph's outputs for given inputs, and stacking.
 */
final class Subgraphs {
  /**
   * Types of the graph's outputs when its inputs have these types, by inferring it anew; what was
   * inferred when it was built where that fails, as in a branch that is not for these types.
   */
  static List<Type> outputs(Operands in, Graph graph, List<Type> inputs) {
    in.require(
        inputs.size() == graph.inputs().size(),
        "%s takes %d inputs, the node gives it %d",
        graph,
        graph.inputs().size(),
        inputs.size());
    List<Type> declared = new ArrayList<>();
    for (Value input : graph.inputs()) {
      declared.add(input.type());
    }
    if (!declared.equals(inputs)) {
      try {
        return infer(graph, inputs);
      } catch (GatunException e) {
        return types(graph.outputs());
      }
    }
    return types(graph.outputs());
  }

  private static List<Type> infer(Graph graph, List<Type> inputs) {
    GraphBuilder b = new GraphBuilder(graph.name());
    Map<Value, Value> values = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      Value input = graph.inputs().get(i);
      values.put(input, b.input(input.name(), inputs.get(i)));
    }
    for (Node node : graph.nodes()) {
      List<Value> args = new ArrayList<>();
      for (Value arg : node.inputs()) {
        // Constants and absent inputs stand for themselves.
        args.add(values.getOrDefault(arg, arg));
      }
      List<Value> results =
          b.add(node.op(), node.attrs(), args, node.outputs().size(), node.name());
      for (int i = 0; i < results.size(); i++) {
        values.put(node.outputs().get(i), results.get(i));
      }
    }
    List<Type> types = new ArrayList<>();
    for (Value output : graph.outputs()) {
      types.add(values.getOrDefault(output, output).type());
    }
    return types;
  }

  private static List<Type> types(List<Value> values) {
    List<Type> types = new ArrayList<>();
    for (Value value : values) {
      types.add(value.type());
    }
    return types;
  }

  /** Types of inputs [from, to) of a node. */
  static List<Type> inputTypes(Operands in, int from, int to) {
    List<Type> types = new ArrayList<>();
    for (int i = from; i < to; i++) {
      in.require(in.has(i), "input %d must be given", i);
      types.add(in.type(i));
    }
    return types;
  }

  /** Values of inputs [from, to) of a node. */
  static List<Datum> inputs(Evaluation in, int from, int to) {
    List<Datum> values = new ArrayList<>();
    for (int i = from; i < to; i++) {
      values.add(in.datum(i));
    }
    return values;
  }

  /** The single truth value of a condition. */
  static boolean isTrue(Evaluation in, Datum condition) {
    if (condition instanceof Tensor t && t.dtype() == DType.BOOL && t.elements() == 1) {
      return t.getBoolean(0);
    }
    throw in.error("a condition must be one boolean, got %s", condition.type());
  }

  /** A long-running loop can be stopped by interrupting its thread. */
  static void checkInterrupt(Evaluation in) {
    if (Thread.currentThread().isInterrupted()) {
      throw in.error("was interrupted");
    }
  }

  /** The shape with an axis inserted. */
  static Shape withAxis(Shape shape, int axis, long size) {
    long[] sizes = new long[shape.rank() + 1];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = i == axis ? size : shape.size(i < axis ? i : i - 1);
    }
    return Shape.of(sizes);
  }

  /** The shape without an axis. */
  static Shape withoutAxis(Shape shape, int axis) {
    long[] sizes = new long[shape.rank() - 1];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = shape.size(i < axis ? i : i + 1);
    }
    return Shape.of(sizes);
  }

  /**
   * Tensors of one shape along a new axis.
   *
   * @param type of an item, for when there is none: unknown sizes are then 0
   */
  static Tensor stack(Evaluation in, List<Tensor> items, Type type, long axis) {
    if (!(type instanceof Type.OfTensor tensor)) {
      throw in.error("only tensors can be stacked, got %s", type);
    }
    Shape shape = items.isEmpty() ? atLeast(tensor.shape()) : items.get(0).shape();
    DType dtype = items.isEmpty() ? tensor.dtype() : items.get(0).dtype();
    int at = Axes.at(axis, shape.rank() + 1);
    if (at < 0 || at > shape.rank()) {
      throw in.error("axis %d is out of range to stack %s", axis, shape);
    }
    TensorBuilder y = new TensorBuilder(dtype, withAxis(shape, at, items.size()));
    long[] strides = Indexer.strides(y.shape());
    long step = strides[at];
    long[] inner = new long[shape.rank()];
    for (int i = 0; i < inner.length; i++) {
      inner[i] = strides[i < at ? i : i + 1];
    }
    for (int i = 0; i < items.size(); i++) {
      Tensor item = items.get(i);
      if (item.dtype() != dtype || !item.shape().equals(shape)) {
        throw in.error("step %d gives %s where the first gave %s%s", i, item.type(), dtype, shape);
      }
      StridedCopy.into(y, i * step, inner, item, shape, 0, Indexer.strides(shape));
    }
    return y.build();
  }

  private static Shape atLeast(Shape shape) {
    if (!shape.isRanked()) {
      return Shape.SCALAR;
    }
    long[] sizes = shape.sizes();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.max(0, sizes[i]);
    }
    return Shape.of(sizes);
  }

  private Subgraphs() {}
}
