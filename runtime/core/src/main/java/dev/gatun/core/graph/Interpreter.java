package dev.gatun.core.graph;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a graph node by node with the operators' reference meaning: slow, and the truth. */
public final class Interpreter implements Evaluation.Runner {
  private final Evaluation.Runner subgraphs;

  /** Interprets subgraphs, too. */
  public Interpreter() {
    subgraphs = this;
  }

  /** Has subgraphs of control flow run by somebody else. */
  public Interpreter(Evaluation.Runner subgraphs) {
    this.subgraphs = subgraphs;
  }

  /** The values of all outputs. */
  @Override
  public List<Datum> run(Graph graph, List<Datum> inputs) {
    if (inputs.size() != graph.inputs().size()) {
      throw new GatunException(
          graph + " takes " + graph.inputs().size() + " inputs, got " + inputs.size());
    }
    Map<Value, Datum> values = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      values.put(graph.inputs().get(i), inputs.get(i));
    }
    for (Node node : graph.nodes()) {
      List<@Nullable Datum> args = new ArrayList<>();
      for (Value input : node.inputs()) {
        args.add(input.isAbsent() ? null : value(values, input));
      }
      List<? extends Datum> results;
      try {
        results = evaluate(node.op(), node.attrs(), args, node.outputs().size(), subgraphs);
      } catch (GatunException e) {
        throw e.getMessage() != null && e.getMessage().startsWith("node ")
            ? e
            : new GatunException("node " + node + ": " + e.getMessage(), e);
      }
      for (int i = 0; i < node.outputs().size(); i++) {
        values.put(node.outputs().get(i), results.get(i));
      }
    }
    List<Datum> outputs = new ArrayList<>();
    for (Value output : graph.outputs()) {
      outputs.add(value(values, output));
    }
    return outputs;
  }

  private static Datum value(Map<Value, Datum> values, Value value) {
    Datum datum = values.get(value);
    return datum != null ? datum : value.constantDatum().orElseThrow();
  }

  /** Values of one operator's outputs; absent inputs are null. */
  public static List<? extends Datum> evaluate(
      OpDef op, Attrs attrs, List<@Nullable Datum> inputs, int outputs, Evaluation.Runner runner) {
    Evaluation evaluation = new Evaluation(op, attrs, inputs, outputs, runner);
    // The type rule is what checks inputs of types that were not known when the node was made.
    // Control flow checks its own: inferring a body for each of its runs would cost too much.
    if (attrs.asMap().values().stream().noneMatch(Graph.class::isInstance)) {
      evaluation.type(0);
    }
    if (op.reference().isPresent()) {
      return op.reference().get().run(evaluation);
    }
    if (op.pointwise().isPresent()) {
      return List.of(PointwiseReference.run(op.pointwise().get(), evaluation));
    }
    GraphBuilder b = new GraphBuilder(op.name());
    List<Value> args = new ArrayList<>();
    for (Datum input : inputs) {
      // Constants, not inputs: a decomposition may need to see the values (axes, sizes).
      args.add(input == null ? Value.ABSENT : b.constant("a" + args.size(), input));
    }
    List<Value> results =
        op.decomposition().orElseThrow().build(b, new Operands(op, attrs, args, outputs));
    for (int i = 0; i < outputs; i++) {
      b.output("y" + i, results.get(i));
    }
    return new Interpreter(runner).run(b.build(), List.of());
  }

  /** The value of a graph of one output whose inputs are tensors. */
  public Tensor tensor(Graph graph, Tensor... inputs) {
    return (Tensor) run(graph, List.of((Datum[]) inputs)).get(0);
  }
}
